//! Process, thread and image events.

use crate::{
    EventClass, PmlError,
    detail::process::{Created, Ended},
    process_operation as op,
    write::encode::{Bytes, Layout, Payload, Text, fit, size},
};

/// What a Process Create or Process Defined event is to say of the new process.
pub type NewProcess<'a> = Created<'a, &'a str>;

/// A process event.
#[derive(Debug, Clone, Copy)]
#[allow(missing_docs)]
pub enum ProcessEvent<'a> {
    Defined(NewProcess<'a>),
    /// Of the parent.
    Create(NewProcess<'a>),
    /// Of the new process. Version 7 has the parent's PID only.
    Start {
        parent_pid: u32,
        command_line: &'a str,
        directory: &'a str,
        environment: &'a [&'a str],
    },
    Exit(Ended),
    Statistics(Ended),
    ThreadCreate {
        tid: u32,
    },
    /// Times in ticks of 100 ns.
    ThreadExit {
        status: u32,
        kernel: u64,
        user: u64,
    },
    LoadImage {
        base: u64,
        size: u32,
        path: &'a str,
    },
}

impl ProcessEvent<'_> {
    /// # Errors
    /// [`PmlError::TooLarge`] if a text, a SID or an address does not fit its field.
    pub fn encode(&self, layout: Layout) -> Result<Payload, PmlError> {
        let mut detail = Bytes::default();
        let operation = match *self {
            Self::Defined(new) => {
                push_new(&new, &mut detail)?;
                op::DEFINED
            }
            Self::Create(new) => {
                push_new(&new, &mut detail)?;
                op::CREATE
            }
            Self::Start { parent_pid, command_line, directory, environment } => {
                detail.u32(parent_pid);
                if layout.version != 7 {
                    let (command, directory) = (Text::utf16(command_line)?, Text::utf16(directory)?);
                    let mut block = Bytes::default();
                    block.multi_sz(environment.iter().copied());
                    detail.u16(command.info).u16(directory.info);
                    detail.u32(size("an environment (UTF-16 units)", block.0.len() / 2)?);
                    detail.text(&command).text(&directory).raw(&block.0);
                }
                op::START
            }
            Self::Exit(ended) => {
                push_ended(&ended, &mut detail);
                op::EXIT
            }
            Self::Statistics(ended) => {
                push_ended(&ended, &mut detail);
                op::STATISTICS
            }
            Self::ThreadCreate { tid } => {
                detail.u32(tid);
                op::THREAD_CREATE
            }
            Self::ThreadExit { status, kernel, user } => {
                detail.u32(status).u64(kernel).u64(user);
                op::THREAD_EXIT
            }
            Self::LoadImage { base, size, path } => {
                let path = Text::of(path)?;
                detail.pointer(layout, base)?.u32(size).u16(path.info).u16(0).text(&path);
                op::LOAD_IMAGE
            }
        };
        Ok(Payload::new(EventClass::Process, operation, detail))
    }
}

fn push_new(new: &NewProcess<'_>, out: &mut Bytes) -> Result<(), PmlError> {
    let length = |sid: &[u8]| fit("a SID (bytes)", sid.len() as u64, u8::MAX);
    let (image, command) = (Text::utf16(new.image_path)?, Text::utf16(new.command_line)?);
    out.u32(new.index).u32(new.pid).u32(new.parent_index).u32(new.parent_pid);
    out.u32(new.session)
        .u32(new.is_64bit.into())
        .u64(new.time.0)
        .u64(new.authentication_id)
        .u32(new.virtualized);
    out.u8(length(new.user_sid)?).u8(length(new.integrity_sid)?).u16(image.info).u16(command.info).u16(0);
    out.raw(new.user_sid).raw(new.integrity_sid).text(&image).text(&command);
    Ok(())
}

fn push_ended(ended: &Ended, out: &mut Bytes) {
    out.u32(ended.status).u64(ended.kernel).u64(ended.user);
    out.u64(ended.working_set.0).u64(ended.working_set.1).u64(ended.private.0).u64(ended.private.1);
}
