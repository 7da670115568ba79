//! Sealing and opening natively, beside memcpy.

use std::hint::black_box;

use subrosa_shared::id::{Digest, ShareId};
use subrosa_shared::seal::{PartPlace, open_into, seal, seal_into};
use subrosa_shared::secret::ContentKey;
use subrosa_tests::bytes::{noise, rng};
use tokio::time::Instant;

use super::{figure, megabytes_per_second, say};

const LEN: usize = 8 << 20;
const ROUNDS: usize = 15;

pub(crate) fn run() {
    say(&format!("native, one thread, parts of {} MiB: MB/s, ratio to memcpy", LEN >> 20));
    let key = ContentKey::from_bytes([7; 32]);
    let place = PartPlace { share: ShareId::from_bytes([1; 16]), index: 0 };
    let plaintext = noise(LEN, 1);
    let sealed = seal(&key, &place, &plaintext, &mut rng());
    let mut buffer = Vec::with_capacity(sealed.len());

    let memcpy = best(|| {
        buffer.clear();
        buffer.extend_from_slice(black_box(&plaintext));
    });
    figure("memcpy", memcpy, memcpy);
    figure("seal", best(|| seal_into(&key, &place, black_box(&plaintext), &mut rng(), &mut buffer)), memcpy);
    let open = best(|| open_into(&key, &place, black_box(&sealed), &mut buffer).expect("it was sealed so"));
    figure("open", open, memcpy);
    figure(
        "SHA-256",
        best(|| {
            black_box(Digest::of(black_box(&sealed)));
        }),
        memcpy,
    );
}

/// The best of some rounds: what the machine can do when nothing else disturbs it.
fn best(mut work: impl FnMut()) -> f64 {
    work();
    let times = (0..ROUNDS).map(|_| {
        let start = Instant::now();
        work();
        start.elapsed()
    });
    megabytes_per_second(LEN, times.min().expect("there are rounds"))
}
