//! What a reader must know about the inputs before the answer.

use timeline::{CaseError, FileTime, Input, Scan, Ticks};

use crate::messages as m;
use crate::model::Text;

use super::View;

/// A log that ends so long before the trace begins says nothing about the trace's boot.
const APART: Ticks = Ticks::seconds(3600);

impl View<'_> {
    pub(super) fn banners(&self) -> Vec<Text> {
        let mixture = self.diagnosis.verdict.mixture.as_ref().map(super::text);
        let mut banners = Vec::new();
        banners.extend(self.undated());
        banners.extend(mixture.or_else(|| self.apart()));
        banners.extend(self.doubled());
        banners.extend(self.unread());
        banners
    }

    fn inputs_and_scans(&self) -> impl Iterator<Item = (&Input, &Scan)> {
        self.timeline.case.inputs.iter().zip(&self.timeline.scans)
    }

    /// A trace that has times of day without a date, beside inputs that have dates.
    fn undated(&self) -> Option<Text> {
        let dated = |scan: &Scan| scan.first.map(FileTime::is_dated);
        let mut traces = self.inputs_and_scans().filter(|(input, _)| input.source.is_trace());
        let (trace, _) = traces.find(|(_, scan)| dated(scan) == Some(false))?;
        let beside = self.timeline.scans.iter().any(|scan| dated(scan) == Some(true));
        beside.then(|| m::BANNER_UNDATED.text(&[&trace.path]))
    }

    /// A log that has nothing of the time of the traces, as far as their dates are known.
    fn apart(&self) -> Option<Text> {
        let span = |scan: &Scan| scan.first.zip(scan.last).filter(|(first, _)| first.is_dated());
        let traces = self.inputs_and_scans().filter(|(input, _)| input.source.is_trace());
        let traces: Vec<(FileTime, FileTime)> = traces.filter_map(|(_, scan)| span(scan)).collect();
        let first = traces.iter().map(|(first, _)| *first).min()?;
        let last = traces.iter().map(|(_, last)| *last).max()?;
        let away = |(begin, end): (FileTime, FileTime)| {
            first.0.saturating_sub(end.0) > APART.0 || begin.0.saturating_sub(last.0) > APART.0
        };
        let mut logs = self.inputs_and_scans().filter(|(input, _)| !input.source.is_trace());
        let (log, _) = logs.find(|(_, scan)| span(scan).is_some_and(away))?;
        Some(m::BANNER_APART.text(&[&log.path]))
    }

    /// How many inputs could not be read, or only in part, and why the first could not.
    fn unread(&self) -> Option<Text> {
        let unread = self.timeline.case.unreadable.iter();
        let mut unread = unread.filter(|error| !matches!(error, CaseError::Doubled { .. }));
        let first = unread.next()?.words();
        let count = (1 + unread.count()).to_string();
        let (en, zh) =
            (m::BANNER_UNREAD.text(&[&count, &first.en]), m::BANNER_UNREAD.text(&[&count, &first.zh]));
        Some(Text { en: en.en, zh: zh.zh })
    }

    /// Two inputs have the same bytes.
    fn doubled(&self) -> Option<Text> {
        let inputs = &self.timeline.case.inputs;
        let twice = inputs.iter().enumerate().find_map(|(at, input)| {
            let bytes = input.source.bytes();
            let earlier = inputs.iter().take(at);
            let same = |other: &&Input| {
                let others = other.source.bytes();
                !bytes.is_empty() && others.len() == bytes.len() && others == bytes
            };
            Some((earlier.into_iter().find(same)?, input))
        });
        twice.map(|(first, second)| m::BANNER_DOUBLED.text(&[&first.path, &second.path]))
    }
}
