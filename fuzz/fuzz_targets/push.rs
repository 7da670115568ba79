#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| subrosa_fuzz_targets::run("push", input));
