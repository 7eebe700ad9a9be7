//! Notes: two bytes on each row of a trace, made while it is scanned. A later pass reads only the rows whose notes
//! say that it may want them.

use std::sync::atomic::{AtomicU16, Ordering};

use crate::{
    model::{Kind, ProcessId, Role},
    paths::{Paths, Tail},
};

/// Which processes of servicing are asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Servicing {
    /// All of them.
    All,
    /// All but the session manager, which does far more than the others and seldom for an update.
    Workers,
}

impl Servicing {
    /// Whether a process with this role is one of them.
    pub(crate) fn includes(self, role: Role) -> bool {
        role.services_updates() && (self == Self::All || role != Role::SessionManager)
    }
}

/// What is noted of a row: whether a process of servicing did it, and the end of its path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Note(u16);

/// The bit of a row of [`Servicing::Workers`].
const WORKERS: u16 = 1 << 15;
/// The bit of a row of the session manager. The bits below hold the number of a [`Tail`].
const SESSION: u16 = 1 << 14;
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
        let who = match role {
            Role::SessionManager => SESSION,
            role if role.services_updates() => WORKERS,
            _ => 0,
        };
        Self(end | who)
    }

    /// Of a row that nothing is known of.
    const UNKNOWN: Self = Self(WORKERS | SESSION | UNKNOWN);

    /// Whether one of these processes may have done it.
    #[inline]
    pub(crate) fn may_be_of(self, whose: Servicing) -> bool {
        let bits = if whose == Servicing::All { WORKERS | SESSION } else { WORKERS };
        self.0 & bits != 0
    }

    /// Whether it may touch one of these paths, or replace it.
    #[inline]
    pub(crate) fn may_touch(self, paths: &Paths) -> bool {
        match self.0 & !(WORKERS | SESSION) {
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
        Notes {
            rows: self.0.into_iter().map(|note| Note(note.into_inner())).collect(),
            roles: roles.to_vec(),
        }
    }
}

/// The notes of a trace.
#[derive(Debug, Clone, Default)]
pub struct Notes {
    rows: Vec<Note>,
    /// By process: the role that its rows were noted with.
    roles: Vec<Role>,
}

impl Notes {
    #[inline]
    pub(crate) fn at(&self, place: usize) -> Note {
        self.rows.get(place).copied().unwrap_or(Note::UNKNOWN)
    }

    /// Whether the rows of all these processes are noted as such. Another trace may tell that a process is one. `role` is
    /// what the timeline knows of a process.
    pub(crate) fn know(
        &self,
        whose: Servicing,
        places: &[ProcessId],
        role: impl Fn(ProcessId) -> Role,
    ) -> bool {
        let noted = self.roles.iter().map(|noted| whose.includes(*noted)).chain(std::iter::repeat(false));
        places.iter().zip(noted).all(|(place, noted)| noted || !whose.includes(role(*place)))
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
        assert!(own.may_be_of(Servicing::Workers) && own.may_touch(&paths));
        let other = note(Role::Other, Kind::FileRead, r"C:\Windows\B.sys");
        assert!(!other.may_be_of(Servicing::All) && !other.may_touch(&paths));
        let session = note(Role::SessionManager, Kind::FileRead, r"C:\Windows\B.sys");
        assert!(session.may_be_of(Servicing::All) && !session.may_be_of(Servicing::Workers));
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
        let of_servicing: Vec<bool> = (0..3).map(|place| notes.at(place).may_be_of(Servicing::All)).collect();
        assert_eq!(of_servicing, [false, true, true]);
        let places = [ProcessId(7), ProcessId(8)];
        let only = |known: u32, role| move |id| if id == ProcessId(known) { role } else { Role::Other };
        assert!(notes.know(Servicing::All, &places, only(7, Role::Poqexec)));
        assert!(!notes.know(Servicing::All, &places, only(8, Role::TiWorker)), "another trace says so");
        assert!(notes.know(Servicing::Workers, &places, only(8, Role::SessionManager)), "it is not asked");
    }
}
