//! ETW sessions, by the functions of evntrace.h.

use windows::Win32::Foundation::{ERROR_SUCCESS, ERROR_WMI_INSTANCE_NOT_FOUND, WIN32_ERROR};
use windows::Win32::System::Diagnostics::Etw::{
    CONTROLTRACE_HANDLE, ControlTraceW, ENABLE_TRACE_PARAMETERS, ENABLE_TRACE_PARAMETERS_VERSION_2,
    EVENT_CONTROL_CODE_CAPTURE_STATE, EVENT_CONTROL_CODE_ENABLE_PROVIDER, EVENT_FILTER_DESCRIPTOR,
    EVENT_FILTER_TYPE_EVENT_ID, EVENT_TRACE_CONTROL, EVENT_TRACE_CONTROL_QUERY, EVENT_TRACE_CONTROL_STOP,
    EVENT_TRACE_FLAG, EVENT_TRACE_PROPERTIES, EnableTraceEx2, StartTraceW, WNODE_FLAG_TRACED_GUID,
};
use windows::core::{GUID, HSTRING, PCWSTR};

use super::Windows;
use crate::error::{CaptureError, Result};
use crate::machine::{Etw, NotEnabled, Running};
use crate::messages::{Text, errors};
use crate::sessions::{
    BUFFER_KB, CLOCK_PERFORMANCE_COUNTER, FILE_MODE_CIRCULAR, FLUSH_SECONDS, Provider, Session,
};

/// Characters for a session's or a file's name: ETW's own limit, with the NUL.
const NAME: usize = 1024;

/// EVENT_TRACE_PROPERTIES with room behind it for the two names that ETW reads and writes there.
#[repr(C)]
struct Properties {
    head: EVENT_TRACE_PROPERTIES,
    session: [u16; NAME],
    file: [u16; NAME],
}

impl Properties {
    fn new() -> Self {
        let mut all = Self { head: EVENT_TRACE_PROPERTIES::default(), session: [0; NAME], file: [0; NAME] };
        all.head.Wnode.BufferSize = size(size_of::<Self>());
        all.head.Wnode.Flags = WNODE_FLAG_TRACED_GUID;
        all.head.LoggerNameOffset = size(std::mem::offset_of!(Self, session));
        all.head.LogFileNameOffset = size(std::mem::offset_of!(Self, file));
        all
    }

    fn running(&self) -> Running {
        let end = self.file.iter().position(|u| *u == 0).unwrap_or(NAME);
        Running {
            file: String::from_utf16_lossy(self.file.get(..end).unwrap_or_default()),
            events_lost: self.head.EventsLost,
            buffers_lost: self.head.LogBuffersLost,
            buffers_written: self.head.BuffersWritten,
        }
    }
}

fn size(bytes: usize) -> u32 {
    u32::try_from(bytes).unwrap_or_default()
}

fn check(session: &str, what: Text, code: WIN32_ERROR) -> Result<()> {
    if code == ERROR_SUCCESS {
        return Ok(());
    }
    Err(CaptureError::Etw { session: session.into(), what, code: code.0 })
}

/// `{xxxxxxxx-xxxx-…}` as a GUID. The tables' GUIDs are held to that form by a test.
fn guid(text: &str) -> GUID {
    let digits: String = text.chars().filter(char::is_ascii_hexdigit).collect();
    GUID::from_u128(u128::from_str_radix(&digits, 16).unwrap_or_default())
}

/// Ids in one filter: MAX_EVENT_FILTER_EVENT_ID_COUNT (evntrace.h).
const FILTER_IDS: usize = 64;

/// EVENT_FILTER_EVENT_ID with room for its ids.
#[repr(C)]
struct EventIds {
    filter_in: u8,
    reserved: u8,
    count: u16,
    ids: [u16; FILTER_IDS],
}

impl EventIds {
    /// Leaves out these events.
    fn without(ids: &[u16]) -> Self {
        let mut filter = Self { filter_in: 0, reserved: 0, count: 0, ids: [0; FILTER_IDS] };
        for (to, id) in filter.ids.iter_mut().zip(ids) {
            *to = *id;
            filter.count += 1;
        }
        filter
    }
}

/// Calls EnableTraceEx2 with a control code for a provider of a session.
fn enable(handle: CONTROLTRACE_HANDLE, provider: &Provider, code: u32) -> WIN32_ERROR {
    let id = guid(provider.guid);
    let ids = EventIds::without(provider.leave_out);
    let mut filter = EVENT_FILTER_DESCRIPTOR {
        Ptr: (&raw const ids).addr() as u64,
        Size: size(size_of::<EventIds>()),
        Type: EVENT_FILTER_TYPE_EVENT_ID,
    };
    let parameters = ENABLE_TRACE_PARAMETERS {
        Version: ENABLE_TRACE_PARAMETERS_VERSION_2,
        EnableFilterDesc: &mut filter,
        FilterDescCount: 1,
        ..ENABLE_TRACE_PARAMETERS::default()
    };
    let parameters = (ids.count > 0).then_some(&raw const parameters);
    // SAFETY: the GUID, the parameters, the filter and its ids outlive the call.
    unsafe { EnableTraceEx2(handle, &id, code, provider.level, provider.keywords, 0, 0, parameters) }
}

fn control(name: &str, code: EVENT_TRACE_CONTROL, what: Text) -> Result<Option<Running>> {
    Ok(properties(name, code, what)?.map(|properties| properties.running()))
}

fn properties(name: &str, code: EVENT_TRACE_CONTROL, what: Text) -> Result<Option<Properties>> {
    let mut properties = Properties::new();
    let session = HSTRING::from(name);
    // SAFETY: the properties have room for both names where the offsets say, and outlive the call.
    let result = unsafe {
        ControlTraceW(CONTROLTRACE_HANDLE::default(), PCWSTR(session.as_ptr()), &mut properties.head, code)
    };
    if result == ERROR_WMI_INSTANCE_NOT_FOUND {
        return Ok(None);
    }
    check(name, what, result).map(|()| Some(properties))
}

impl Etw for Windows {
    fn start(&self, session: &Session, file: &str, max_file_mb: u32) -> Result<Vec<NotEnabled>> {
        if self.offline.is_some() {
            return Err(CaptureError::OfflineWindows { what: errors::THE_SESSION.with(&[&session.name]) });
        }
        let mut properties = Properties::new();
        let path: Vec<u16> = self.expand(file).encode_utf16().collect();
        let Some(room) = properties.file.get_mut(..path.len()).filter(|_| path.len() < NAME) else {
            return Err(CaptureError::Usage(errors::PATH_TOO_LONG.with(&[&file])));
        };
        room.copy_from_slice(&path);
        let head = &mut properties.head;
        head.Wnode.Guid = guid(session.guid);
        head.Wnode.ClientContext = CLOCK_PERFORMANCE_COUNTER;
        head.BufferSize = BUFFER_KB;
        head.MinimumBuffers = session.min_buffers;
        head.MaximumBuffers = session.max_buffers;
        head.MaximumFileSize = max_file_mb;
        head.LogFileMode = FILE_MODE_CIRCULAR | session.flags;
        head.FlushTimer = FLUSH_SECONDS;
        head.EnableFlags = EVENT_TRACE_FLAG(session.kernel_flags);
        let name = HSTRING::from(session.name);
        let mut handle = CONTROLTRACE_HANDLE::default();
        // SAFETY: as in `control`.
        let code = unsafe { StartTraceW(&mut handle, PCWSTR(name.as_ptr()), &mut properties.head) };
        check(session.name, errors::START_SESSION, code)?;
        let code = EVENT_CONTROL_CODE_ENABLE_PROVIDER.0;
        let results = session.providers.iter().map(|p| (p, enable(handle, p, code)));
        let failed = results.filter(|(_, result)| *result != ERROR_SUCCESS);
        Ok(failed.map(|(p, result)| NotEnabled { provider: p.name.into(), code: result.0 }).collect())
    }

    fn capture_state(&self, name: &str, provider: &Provider) -> Result<()> {
        let Some(session) = properties(name, EVENT_TRACE_CONTROL_QUERY, errors::QUERY_SESSION)? else {
            return Ok(());
        };
        // SAFETY: ControlTrace has written the session's handle there.
        let handle =
            CONTROLTRACE_HANDLE { Value: unsafe { session.head.Wnode.Anonymous1.HistoricalContext } };
        check(name, errors::CAPTURE_STATE, enable(handle, provider, EVENT_CONTROL_CODE_CAPTURE_STATE.0))
    }

    fn stop(&self, name: &str) -> Result<Option<Running>> {
        match self.offline {
            Some(_) => Ok(None),
            None => control(name, EVENT_TRACE_CONTROL_STOP, errors::STOP_SESSION),
        }
    }

    fn query(&self, name: &str) -> Result<Option<Running>> {
        match self.offline {
            Some(_) => Ok(None),
            None => control(name, EVENT_TRACE_CONTROL_QUERY, errors::QUERY_SESSION),
        }
    }
}
