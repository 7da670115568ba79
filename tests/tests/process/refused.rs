//! Requests that are refused before their body was read.

use bytes::Bytes;
use subrosa_shared::problem::ProblemType;
use subrosa_tests::server::Server;

use crate::{assert_problem, sealed};

#[tokio::test]
async fn a_refused_body_does_not_break_the_next_call() {
    let server = Server::start().await;
    let client = server.client();
    let (_, mut package) = sealed(1 << 20, 80, 1 << 20);
    client.create(&package).await.unwrap();
    // Longer than a part of this share can be: refused by its headers alone.
    package.parts[0] = Bytes::from(vec![1; 4 << 20]);
    for _ in 0..100 {
        assert_problem(client.put_part(&package, 0).await, ProblemType::ValueOutOfRange);
        assert!(client.stored_parts(&package).await.unwrap().is_empty());
    }
}
