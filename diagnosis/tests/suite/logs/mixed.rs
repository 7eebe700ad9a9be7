//! Logs that do not belong together: what is said of them, and that the failing boot is that of one attempt.

use diagnosis::{Rules, diagnose, headline};
use timeline::{Case, Ticks, Timeline};

const HOUR: u64 = 3600 * 10_000_000;

/// A CBS.log of a boot that fails `minutes` after it began.
fn failed_boot(day: &str, build: &str, minutes: u32) -> String {
    format!(
        "{day} 10:00:00, Info                  CBS    Loaded Servicing Stack v10.0.{build}.1 with Core: C:\\x\\cbscore.dll\r\n\
         {day} 10:00:01, Info                  CBS    Startup: Processing advanced operation queue, startupPhase: 0\r\n\
         {day} 10:{minutes:02}:00, Error                 CBS    Startup: Failed while processing advanced operation queue. [HRESULT = 0x800f0922 - CBS_E_INSTALLERS_FAILED]\r\n"
    )
}

struct Told {
    mixture: String,
    /// From the begin of the boot to what failed, and to the boot's end.
    failed: Ticks,
    length: Ticks,
}

fn tell(logs: &[String]) -> Told {
    let named = logs.iter().enumerate();
    let named = named.map(|(at, log)| (format!("{at}-CBS.log"), Ok(log.clone().into_bytes())));
    let case = Case::from_bytes(named.collect());
    let timeline = Timeline::new(&case);
    let diagnosis = diagnose(&timeline, &Rules::built_in());
    let boot = headline(&timeline, &diagnosis).boot.unwrap();
    let at = diagnosis.faults.first().and_then(|fault| fault.time).unwrap();
    let longest = diagnosis.phases.iter().filter_map(|p| Some(p.end?.since(p.start).0)).max();
    assert!(longest.unwrap_or_default() < HOUR, "{:?}", diagnosis.phases);
    let mixture = diagnosis.verdict.mixture.as_ref().map_or_else(String::new, |words| words.en.clone());
    assert!(!diagnosis.verdict.summary.en.contains("belong"), "{}", diagnosis.verdict.summary.en);
    Told { mixture, failed: at.since(boot.start), length: boot.end.since(boot.start) }
}

#[test]
fn logs_of_one_machine_years_apart() {
    let logs = [failed_boot("2023-05-17", "22621", 5), failed_boot("2026-10-08", "22621", 9)];
    let told = tell(&logs);
    assert_eq!(
        told.mixture,
        "The logs are of times that do not meet: 0-CBS.log of 2023-05-17 10:00 UTC to 2023-05-17 10:05 UTC; 1-CBS.log of 2026-10-08 10:00 UTC to 2026-10-08 10:09 UTC. This verdict rests on 1-CBS.log."
    );
    assert!(told.failed <= told.length && told.length.0 < HOUR, "{:?} {:?}", told.failed, told.length);
    assert!(told.failed.0 >= 8 * HOUR / 60, "{:?}", told.failed);
}

#[test]
fn logs_of_two_builds() {
    let logs = [failed_boot("2026-10-07", "22621", 5), failed_boot("2026-10-08", "26100", 9)];
    let told = tell(&logs);
    assert!(told.mixture.contains("0-CBS.log is of build 22621, 1-CBS.log of 26100."), "{}", told.mixture);
    assert!(!told.mixture.contains("do not meet"), "{}", told.mixture);
    assert!(told.failed <= told.length && told.length.0 < HOUR, "{:?} {:?}", told.failed, told.length);
}

#[test]
fn logs_that_belong_together_have_no_banner() {
    let parts = [failed_boot("2026-09-14", "26100", 5), failed_boot("2026-10-08", "26100", 9)];
    assert_eq!(tell(&parts).mixture, "");
    let overlap = [failed_boot("2026-10-08", "26100", 5), failed_boot("2026-10-08", "26100", 9)];
    let told = tell(&overlap);
    assert_eq!(told.mixture, "");
    assert!(told.failed <= told.length && told.length.0 < HOUR, "{:?} {:?}", told.failed, told.length);
}

#[test]
fn an_image_that_was_serviced_makes_no_other_machine() {
    let both = format!("{}{}", failed_boot("2026-10-07", "14393", 3), failed_boot("2026-10-07", "26100", 5));
    assert_eq!(tell(&[both, failed_boot("2026-10-08", "26100", 9)]).mixture, "");
}
