//! Every input that was kept, through its target once more: those that together reach all code that
//! any did, and those that broke something once.

#![allow(clippy::unwrap_used, reason = "a test that panics has said what it has to say")]

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use subrosa_fuzz_targets::{TARGETS, run};

fn fuzz() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("it lies in the folder of the fuzzers").to_owned()
}

/// The inputs of a target, in order of their names.
fn inputs(target: &str) -> Vec<PathBuf> {
    let files = ["corpus", "regressions"].map(|kind| fuzz().join(kind).join(target));
    let files = files.iter().filter_map(|folder| folder.read_dir().ok()).flatten();
    let mut files: Vec<PathBuf> = files.map(|file| file.unwrap().path()).collect();
    files.sort();
    files
}

fn replay(target: &str) {
    let inputs = inputs(target);
    assert!(inputs.len() > 5, "{target} has lost its corpus");
    let broken = inputs.iter().filter(|file| {
        let input = std::fs::read(file).unwrap();
        catch_unwind(AssertUnwindSafe(|| run(target, &input))).is_err()
    });
    assert_eq!(broken.collect::<Vec<_>>(), Vec::<&PathBuf>::new(), "of {}", inputs.len());
}

macro_rules! replayed {
    ($($target:ident)*) => {
        $(
            #[test]
            fn $target() {
                replay(stringify!($target));
            }
        )*

        /// A target that is on no list would never run.
        #[test]
        fn every_target_is_replayed_and_has_its_program() {
            let names: Vec<&str> = TARGETS.iter().map(|(name, _)| *name).collect();
            assert_eq!(names, [$(stringify!($target)),*]);
            let programs = std::fs::read_to_string(fuzz().join("Cargo.toml")).unwrap();
            let programs = programs.lines().filter_map(|line| line.strip_prefix("name = \"")?.strip_suffix('"'));
            let programs: Vec<&str> = programs.filter(|name| *name != "subrosa-fuzz").collect();
            assert_eq!(programs, names);
            for name in names {
                let program = std::fs::read_to_string(fuzz().join(format!("fuzz_targets/{name}.rs"))).unwrap();
                assert!(program.contains(&format!("run({name:?}, ")), "{name} runs another target");
            }
        }
    };
}
replayed! { http json manifest path preview push record sealed token zip }
