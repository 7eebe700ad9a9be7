//! The samples in the project are what the crate makes.

use std::path::Path;

use sample_traces::{Options, make, scenario};

/// How they were made: `sample-traces write --scenario NAME --seed SEED --noise 700`.
const SAMPLES: &[(&str, u64)] = &[
    ("driver-queue-access-denied", 2019),
    ("driver-queue-name-not-found", 2020),
    ("driver-queue-log-growth", 2021),
];

#[test]
fn making_the_samples_again_gives_the_same_bytes() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples");
    for (name, seed) in SAMPLES {
        let options = Options { seed: *seed, is_64bit: true, noise: 700 };
        let made = make(scenario(name).unwrap(), options).unwrap();
        let kept = |ending: &str| std::fs::read(folder.join(format!("{name}.{ending}"))).unwrap();
        assert!(kept("pml") == made.pml, "{name}: the PML differs");
        assert!(kept("CBS.log") == made.cbs_log.as_bytes(), "{name}: the CBS.log differs");
        assert!(made.pml.len() <= 600 << 10, "{name}: {} bytes", made.pml.len());
    }
}
