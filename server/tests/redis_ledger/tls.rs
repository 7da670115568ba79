//! `rediss://`: the server as a process of its own, because the authorities that it believes come
//! from its environment.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use subrosa_tests::redis::{Redis, Settings};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Command;
use tokio::time::timeout;

const AUTHORITY: &str =
    "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=authority -keyout a.key -out a.pem";
const REQUEST: &str = "openssl req -newkey rsa:2048 -nodes -subj /CN=redis -keyout redis.key -out redis.csr";
const CERTIFICATE: &str =
    "openssl x509 -req -in redis.csr -CA a.pem -CAkey a.key -CAcreateserial -days 2 -extfile names -out redis.pem";

/// Makes an authority, and a certificate for 127.0.0.1 alone.
async fn make_certificates(folder: &Path) {
    std::fs::write(folder.join("names"), "subjectAltName = IP:127.0.0.1").unwrap();
    for line in [AUTHORITY, REQUEST, CERTIFICATE] {
        let mut words = line.split(' ');
        let mut command = Command::new(words.next().unwrap());
        let output = command.args(words).current_dir(folder).output().await.expect("openssl is installed");
        assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

/// What a server says until it listens or ends.
async fn start_server(url: &str, authorities: &Path) -> String {
    let data = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_subrosa-server"));
    command.args(["--listen", "127.0.0.1:0", "--ledger", url, "--data"]).arg(data.path());
    command.env("SSL_CERT_FILE", authorities).env("RUST_LOG", "info").env_remove("RUST_BACKTRACE");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    let mut server = command.spawn().unwrap();
    let mut stdout = BufReader::new(server.stdout.take().unwrap()).lines();
    let mut stderr = BufReader::new(server.stderr.take().unwrap()).lines();
    let mut said = String::new();
    let until_it_listens = async {
        while !said.contains("listening on") {
            let line = tokio::select! {
                Ok(Some(line)) = stdout.next_line() => line,
                Ok(Some(line)) = stderr.next_line() => line,
                else => break,
            };
            said += &line;
            said.push('\n');
        }
    };
    timeout(Duration::from_secs(30), until_it_listens).await.expect("it listens or ends");
    said
}

#[tokio::test]
async fn a_server_believes_a_redis_with_the_right_certificate_and_no_other() {
    let folder = tempfile::tempdir().unwrap();
    make_certificates(folder.path()).await;
    let path = |name: &str| folder.path().join(name);
    let tls_port = subrosa_tests::ports::free_port();
    let lines = [
        format!("tls-port {tls_port}"),
        format!("tls-cert-file {}", path("redis.pem").display()),
        format!("tls-key-file {}", path("redis.key").display()),
        "tls-auth-clients no".to_owned(),
    ];
    let lines = lines.each_ref().map(String::as_str);
    let _redis = Redis::start_with(Settings::durable().and(&lines).password("a-word-of-many-letters")).await;
    let url = |host: &str| format!("rediss://:a-word-of-many-letters@{host}:{tls_port}");
    let right = start_server(&url("127.0.0.1"), &path("a.pem")).await;
    assert!(right.contains("listening on"), "{right}");
    for (url, authorities) in [(url("localhost"), "a.pem"), (url("127.0.0.1"), "/etc/ssl/certs/ca-certificates.crt")] {
        let refused = start_server(&url, &path(authorities)).await;
        assert!(!refused.contains("listening on") && refused.contains("certificate"), "{refused}");
        assert!(!refused.contains("many-letters"), "{refused}");
    }
}
