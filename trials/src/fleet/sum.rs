//! The answers beside fleets, counted.

use super::case::Answer;

/// Answers of one kind: alone, beside a fleet, and how they differ.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Sum {
    /// Cases with an operation to be named.
    cases: usize,
    right: usize,
    wrong: usize,
    /// The right operation comes first, and is among the first three.
    first: usize,
    three: usize,
    /// The right operation comes earlier than alone, and later.
    up: usize,
    down: usize,
    /// A right name that was not there alone or was another; one that is lost.
    gained: usize,
    lost: usize,
    /// Of all cases, also those in which nothing may be named: a wrong name that was not there alone, or a surer one.
    pub(super) new_wrong: usize,
    /// Cases in which nothing may be named.
    traps: usize,
}

impl Sum {
    pub(super) fn add(&mut self, alone: &Answer, among: &Answer, has_right: bool) {
        let count = |counter: &mut usize, yes: bool| *counter += usize::from(yes);
        let surer = |(number, _, level)| alone.named.is_none_or(|(own, _, was)| own != number || was < level);
        count(&mut self.new_wrong, among.is_wrong() && among.named.is_some_and(surer));
        count(&mut self.traps, !has_right);
        if !has_right {
            return;
        }
        // One that is no candidate comes after all.
        let place = |answer: &Answer| answer.place.unwrap_or(usize::MAX);
        self.cases += 1;
        count(&mut self.right, among.is_right());
        count(&mut self.wrong, among.is_wrong());
        count(&mut self.first, place(among) < 1);
        count(&mut self.three, place(among) < 3);
        count(&mut self.up, place(among) < place(alone));
        count(&mut self.down, place(among) > place(alone));
        count(&mut self.gained, among.is_right() && !alone.is_right());
        count(&mut self.lost, !among.is_right() && alone.is_right());
    }

    pub(super) fn merge(mut self, other: &Self) -> Self {
        let pairs = [
            (&mut self.cases, other.cases),
            (&mut self.right, other.right),
            (&mut self.wrong, other.wrong),
            (&mut self.first, other.first),
            (&mut self.three, other.three),
            (&mut self.up, other.up),
            (&mut self.down, other.down),
            (&mut self.gained, other.gained),
            (&mut self.lost, other.lost),
            (&mut self.new_wrong, other.new_wrong),
            (&mut self.traps, other.traps),
        ];
        pairs.into_iter().for_each(|(own, more)| *own += more);
        self
    }

    /// The heading of a table of such rows.
    pub(super) fn heading(of: &str) -> String {
        format!(
            "| {of} | right name | silent | wrong | right one first | among three | moved up | moved down | names gained | names lost | new wrong names |\n|{}\n",
            "---|".repeat(11)
        )
    }

    /// A row of the table.
    pub(super) fn row(&self, name: &str) -> String {
        let share = |count: usize| format!("{:.1} %", 100.0 * count as f64 / self.cases.max(1) as f64);
        format!(
            "| {name} | {} | {} | {} | {} | {} | {} | {} | {} | {} | {} of {} |\n",
            share(self.right),
            share(self.cases - self.right - self.wrong),
            share(self.wrong),
            share(self.first),
            share(self.three),
            share(self.up),
            share(self.down),
            self.gained,
            self.lost,
            self.new_wrong,
            self.cases + self.traps
        )
    }
}
