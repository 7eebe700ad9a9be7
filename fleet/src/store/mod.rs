//! The database: one file of SQLite, its version, and who may write.

mod write;

use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags, functions::FunctionFlags};

use crate::FleetError;

/// The steps from each version of the schema to the next.
const MIGRATIONS: &[&str] =
    &[include_str!("../../migrations/0001.sql"), include_str!("../../migrations/0002.sql")];

/// A database of cases.
#[derive(Debug)]
pub struct Store {
    path: PathBuf,
    pub(crate) connection: Connection,
}

impl Store {
    /// Opens a database for adding to it. It is made if it is absent, and brought to the newest schema.
    ///
    /// # Errors
    /// The file is no database of this program, or cannot be written.
    pub fn create(path: &Path) -> Result<Self, FleetError> {
        let connection = Connection::open(path).map_err(of(path))?;
        let mut store = Self { path: path.to_owned(), connection };
        let modes = "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 10000;";
        store.connection.execute_batch(modes).map_err(of(path))?;
        store.migrate()?;
        store.register()?;
        Ok(store)
    }

    /// Opens a database for reading only.
    ///
    /// # Errors
    /// The file does not exist, or is no database of this program.
    pub fn open(path: &Path) -> Result<Self, FleetError> {
        if !path.exists() {
            return Err(FleetError::Absent { path: path.to_owned() });
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags).map_err(of(path))?;
        let store = Self { path: path.to_owned(), connection };
        let version = store.version()?;
        if version == 0 {
            return Err(FleetError::Absent { path: path.to_owned() });
        }
        store.known(version)?;
        store.register()?;
        Ok(store)
    }

    /// Where it lies.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// An error of SQLite, with the name of the file.
    pub(crate) fn failed(&self) -> impl FnOnce(rusqlite::Error) -> FleetError {
        of(&self.path)
    }

    fn version(&self) -> Result<u32, FleetError> {
        self.connection.query_row("PRAGMA user_version", [], |row| row.get(0)).map_err(self.failed())
    }

    /// The place of a version among the migrations.
    fn known(&self, version: u32) -> Result<usize, FleetError> {
        let known = u32::try_from(MIGRATIONS.len()).unwrap_or(u32::MAX);
        match usize::try_from(version) {
            Ok(place) if version <= known => Ok(place),
            _ => Err(FleetError::Newer { path: self.path.clone(), found: version, known }),
        }
    }

    fn migrate(&mut self) -> Result<(), FleetError> {
        let version = self.version()?;
        let done = self.known(version)?;
        for (step, sql) in (version + 1..).zip(MIGRATIONS.get(done..).unwrap_or_default()) {
            // All of a step or nothing, its number included.
            let sql = format!("BEGIN IMMEDIATE;\n{sql}\nPRAGMA user_version = {step};\nCOMMIT;");
            self.connection.execute_batch(&sql).map_err(of(&self.path))?;
        }
        Ok(())
    }

    /// Adds `masked(path)` to SQL: the path without what differs between machines.
    fn register(&self) -> Result<(), FleetError> {
        let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
        let added = self.connection.create_scalar_function("masked", 1, flags, |context| {
            let path: Option<String> = context.get(0)?;
            Ok(path.map(|path| diagnosis::compare::masked(&path)))
        });
        added.map_err(self.failed())
    }

    /// The salt of redacted names.
    pub(crate) fn salt(&self) -> Result<String, FleetError> {
        let sql = "SELECT value FROM settings WHERE name = 'salt'";
        self.connection.query_row(sql, [], |row| row.get(0)).map_err(self.failed())
    }
}

fn of(path: &Path) -> impl FnOnce(rusqlite::Error) -> FleetError {
    let path = path.to_owned();
    move |source| FleetError::Database { path, source }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tables;

    #[test]
    fn the_tables_are_those_that_the_file_describes() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::create(&folder.path().join("fleet.db")).unwrap();
        for table in tables() {
            let sql = format!("SELECT name, type FROM pragma_table_info('{}')", table.name);
            let mut statement = store.connection.prepare(&sql).unwrap();
            let found = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
            let found: Vec<(String, String)> = found.map(Result::unwrap).collect();
            let described: Vec<_> =
                table.columns.iter().map(|c| (c.name.clone(), c.kind.sql().to_owned())).collect();
            assert_eq!(found, described, "{}", table.name);
        }
        let sql = "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name <> 'settings'";
        let count: u32 = store.connection.query_row(sql, [], |row| row.get(0)).unwrap();
        assert_eq!(count as usize, tables().len());
    }

    #[test]
    fn an_older_database_is_brought_to_the_newest_tables() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("fleet.db");
        let old = Connection::open(&path).unwrap();
        old.execute_batch(MIGRATIONS[0]).unwrap();
        old.execute_batch(
            "PRAGMA user_version = 1;
             INSERT INTO cases (case_id, name, healthy, redacted, state, bytes, candidates_left_out)
             VALUES ('c', 'x', 0, 0, 'ok', 1, 0);
             INSERT INTO drivers_and_filters (case_id, number, name) VALUES ('c', 1, 'acme.sys');",
        )
        .unwrap();
        drop(old);
        let store = Store::create(&path).unwrap();
        let sql = "SELECT name, loaded, altitude FROM drivers_and_filters";
        let row: (String, u8, Option<String>) =
            store.connection.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).unwrap();
        assert_eq!(row, ("acme.sys".to_owned(), 1, None));
        assert_eq!(store.version().unwrap() as usize, MIGRATIONS.len());
    }

    #[test]
    fn a_database_is_opened_again_and_a_newer_or_foreign_one_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("fleet.db");
        assert!(matches!(Store::open(&path), Err(FleetError::Absent { .. })));
        let salt = Store::create(&path).unwrap().salt().unwrap();
        assert_eq!(Store::create(&path).unwrap().salt().unwrap(), salt);
        let read = Store::open(&path).unwrap();
        assert!(read.connection.execute("DELETE FROM settings", []).is_err());
        Connection::open(&path).unwrap().execute_batch("PRAGMA user_version = 99").unwrap();
        assert!(matches!(Store::open(&path), Err(FleetError::Newer { found: 99, .. })));
        assert!(matches!(Store::create(&path), Err(FleetError::Newer { found: 99, .. })));
        std::fs::write(folder.path().join("no.db"), "this is text and no database, whatever it is called")
            .unwrap();
        assert!(matches!(Store::open(&folder.path().join("no.db")), Err(FleetError::Database { .. })));
    }
}
