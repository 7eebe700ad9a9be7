//! How much memory a worker may use.

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
pub(crate) use self::unix::bound_memory;
#[cfg(windows)]
pub(crate) use self::windows::bound_memory;
