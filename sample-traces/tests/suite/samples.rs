//! The samples in the project are what the crate makes.

use std::path::Path;

use pml_reader::PmlFile;
use sample_traces::{EtlForm, Options, etl_twin, make, scenario};

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

/// The case of the first sample in other forms, and the boot of that machine in which the update goes through.
#[test]
fn the_other_forms_of_the_case_are_what_the_crate_makes() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/same-case");
    let (name, seed) = SAMPLES[0];
    let options = Options { seed, is_64bit: true, noise: 700 };
    let failing = PmlFile::from_vec(make(scenario(name).unwrap(), options).unwrap().pml).unwrap();
    let made = [
        ("good.pml", make(scenario("healthy").unwrap(), options).unwrap().pml),
        ("boot.etl", etl_twin(&failing, EtlForm::Kernel).unwrap().bytes),
        ("Procmon.pmb", sample_traces::pmb::write(&failing)),
    ];
    for (file, bytes) in made {
        assert!(std::fs::read(folder.join(file)).unwrap() == bytes, "{file} differs");
        assert!(bytes.len() <= 640 << 10, "{file}: {} bytes", bytes.len());
    }
}
