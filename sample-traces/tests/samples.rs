//! The samples that are kept in the project are what the crate makes.

use std::path::Path;

use sample_traces::{Options, make, scenario};

/// How the sample was made: `sample-traces write --scenario driver-queue-access-denied --seed 2019 --noise 700`.
const SAMPLE: (&str, Options) =
    ("driver-queue-access-denied", Options { seed: 2019, is_64bit: true, noise: 700 });

#[test]
fn making_the_sample_again_gives_the_same_bytes() {
    let (name, options) = SAMPLE;
    let made = make(scenario(name).unwrap(), options).unwrap();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples");
    let kept = |ending: &str| std::fs::read(folder.join(format!("{name}.{ending}"))).unwrap();
    assert!(kept("pml") == made.pml, "the PML differs");
    assert!(kept("CBS.log") == made.cbs_log.as_bytes(), "the CBS.log differs");
    assert!(made.pml.len() <= 600 << 10, "{} bytes", made.pml.len());
}
