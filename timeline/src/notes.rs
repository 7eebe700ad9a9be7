//! Notes: two bytes on each row of a trace, made while it is scanned. A later pass reads only the rows whose notes
//! say that it may want them.

use std::sync::atomic::{AtomicU16, Ordering};

use crate::{
    model::{Kind, ProcessId, Role},
    paths::{Paths, Tail},
};

/// What is noted of a row: whether a process of servicing did it, and the end of its path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Note(u16);

/// The bit of a row of servicing. The others hold the number of a [`Tail`].
const SERVICING: u16 = 1 << 15;
/// No path can be looked for in the row.
const NOWHERE: u16 = Tail::NUMBERS;
/// The row itself must be asked.
const UNKNOWN: u16 = Tail::NUMBERS + 1;

impl Note {
    /// Of a row whose path ends so. What moves or takes away the objects below a path is asked itself.
    #[inline]
    pub(crate) fn new(role: Role, kind: Kind, succeeded: bool, tail: impl FnOnce() -> Tail) -> Self {
        let replaces = matches!(kind, Kind::FileRename | Kind::FileLink | Kind::KeyRename | Kind::KeyDelete)
            && succeeded;
        let end = match if replaces { Tail::Unknown } else { tail() } {
            Tail::Nowhere => NOWHERE,
            Tail::Unknown => UNKNOWN,
            Tail::Of(number) => number,
        };
        Self(end | if role.services_updates() { SERVICING } else { 0 })
    }

    /// Of a row that nothing is known of.
    const UNKNOWN: Self = Self(SERVICING | UNKNOWN);

    /// Whether a process of servicing may have done it.
    #[inline]
    pub(crate) fn is_of_servicing(self) -> bool {
        self.0 & SERVICING != 0
    }

    /// Whether it may touch one of these paths, or replace it.
    #[inline]
    pub(crate) fn may_touch(self, paths: &Paths) -> bool {
        match self.0 & !SERVICING {
            NOWHERE => false,
            UNKNOWN => true,
            number => paths.may_have(number),
        }
    }
}

/// Rows that get a note; of the rows beyond them nothing is known.
const MAX_NOTES: usize = 1 << 24;

/// The notes of a trace that is being scanned by several threads.
#[derive(Debug)]
pub(crate) struct Writer(Vec<AtomicU16>);

impl Writer {
    /// For so many rows. A row without a note has no event.
    pub(crate) fn new(rows: usize) -> Self {
        let mut notes = Vec::new();
        notes.resize_with(rows.min(MAX_NOTES), || AtomicU16::new(NOWHERE));
        Self(notes)
    }

    /// Notes something of the row at a place.
    #[inline]
    pub(crate) fn set(&self, place: usize, note: Note) {
        if let Some(known) = self.0.get(place) {
            known.store(note.0, Ordering::Relaxed);
        }
    }

    /// The notes, once the scan is through; `roles` are those that it knew.
    pub(crate) fn finish(self, roles: &[Role]) -> Notes {
        let servicing = roles.iter().map(|role| role.services_updates()).collect();
        Notes { rows: self.0.into_iter().map(|note| Note(note.into_inner())).collect(), servicing }
    }
}

/// The notes of a trace.
#[derive(Debug, Clone, Default)]
pub struct Notes {
    rows: Vec<Note>,
    /// By process: whether its rows are noted as those of servicing.
    servicing: Vec<bool>,
}

impl Notes {
    #[inline]
    pub(crate) fn at(&self, place: usize) -> Note {
        self.rows.get(place).copied().unwrap_or(Note::UNKNOWN)
    }

    /// Whether the rows of all processes of servicing are noted as such. Another trace may tell that a process is one.
    pub(crate) fn know(&self, places: &[ProcessId], is_of_servicing: impl Fn(ProcessId) -> bool) -> bool {
        let noted = self.servicing.iter().copied().chain(std::iter::repeat(false));
        places.iter().zip(noted).all(|(place, noted)| noted || !is_of_servicing(*place))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn note(role: Role, kind: Kind, path: &str) -> Note {
        Note::new(role, kind, true, || Tail::of_text(path))
    }

    #[test]
    fn a_note_lets_pass_what_may_be_wanted() {
        let paths = Paths::new([r"C:\Windows\A.sys"]);
        let own = note(Role::TiWorker, Kind::FileRead, r"c:\windows\a.SYS");
        assert!(own.is_of_servicing() && own.may_touch(&paths));
        let other = note(Role::Other, Kind::FileRead, r"C:\Windows\B.sys");
        assert!(!other.is_of_servicing() && !other.may_touch(&paths));
        // A folder above the file may be moved away.
        assert!(note(Role::Other, Kind::FileRename, r"C:\Windows").may_touch(&paths));
        let nowhere = Note::new(Role::Other, Kind::Other, true, || Tail::Nowhere);
        assert!(!nowhere.may_touch(&paths));
    }

    #[test]
    fn rows_without_room_for_a_note_are_asked() {
        let writer = Writer::new(2);
        writer.set(1, note(Role::Poqexec, Kind::FileRead, "a"));
        writer.set(2, note(Role::Other, Kind::FileRead, "a"));
        let notes = writer.finish(&[Role::Poqexec, Role::Other]);
        let of_servicing: Vec<bool> = (0..3).map(|place| notes.at(place).is_of_servicing()).collect();
        assert_eq!(of_servicing, [false, true, true]);
        let places = [ProcessId(7), ProcessId(8)];
        assert!(notes.know(&places, |id| id == ProcessId(7)));
        assert!(!notes.know(&places, |id| id == ProcessId(8)), "another trace says so");
    }
}
