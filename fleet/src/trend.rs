//! Counts over time: a bin for each day, or for each month of a long time, also where nothing was.

use reports::model::Time;

use crate::Tally;

/// Bins of a trend.
const MAX_BINS: usize = 120;
/// 100 ns units of a day.
const DAY: u64 = 864_000_000_000;

/// The bins from the first day to the last: days, or months where the days are too many. Of more months the last ones.
pub(crate) fn bins(days: &[Tally]) -> Vec<String> {
    let mut dated: Vec<Time> = days.iter().filter_map(|day| midnight(&day.name)).collect();
    dated.sort_unstable();
    let (Some(first), Some(last)) = (dated.first(), dated.last()) else { return Vec::new() };
    let count = last.filetime().saturating_sub(first.filetime()) / DAY + 1;
    // A month has 28 days at least, so no month is left out.
    let step: u32 = if count <= MAX_BINS as u64 { 1 } else { 28 };
    let length = if step == 1 { "2026-11-29".len() } else { "2026-11".len() };
    let at = |n: u64| (first.filetime() + n * DAY).min(last.filetime());
    let mut bins: Vec<String> = (0..count + u64::from(step))
        .step_by(step as usize)
        .map(|n| Time::from_filetime(at(n)).to_string().chars().take(length).collect())
        .collect();
    bins.dedup();
    bins.split_off(bins.len().saturating_sub(MAX_BINS))
}

/// The cases of a bin.
pub(crate) fn count(days: &[Tally], bin: &str) -> usize {
    days.iter().filter(|day| day.name.starts_with(bin)).map(|day| day.cases).sum()
}

fn midnight(day: &str) -> Option<Time> {
    Time::parse(&format!("{day}T00:00:00Z"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(names: &[&str]) -> Vec<Tally> {
        names.iter().map(|name| Tally { name: (*name).to_owned(), cases: 2 }).collect()
    }

    #[test]
    fn days_without_a_case_have_a_bin() {
        let days = days(&["2026-03-01", "", "2026-02-26", "not a day"]);
        assert_eq!(bins(&days), ["2026-02-26", "2026-02-27", "2026-02-28", "2026-03-01"]);
        assert_eq!(["2026-02-26", "2026-02-27"].map(|bin| count(&days, bin)), [2, 0]);
        assert!(bins(&[]).is_empty());
    }

    #[test]
    fn a_long_time_has_months() {
        let days = days(&["2024-01-31", "2025-03-01", "2025-03-31"]);
        let bins = bins(&days);
        assert_eq!(
            (bins.len(), bins[0].as_str(), bins[1].as_str(), bins[14].as_str()),
            (15, "2024-01", "2024-02", "2025-03")
        );
        assert_eq!(count(&days, "2025-03"), 4);
        assert_eq!(super::bins(&self::days(&["1700-01-01", "2026-01-01"])).len(), MAX_BINS);
    }
}
