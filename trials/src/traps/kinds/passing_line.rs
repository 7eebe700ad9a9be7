//! A line of CBS.log names the object and the code of an unusual error in passing: servicing goes on without it. What the
//! log says failed stays as it is.

use anyhow::Result;
use pml_reader::{EventClass, FileTime, file_operation};
use sample_traces::Rng;
use status_codes::NtStatus;

use super::{Given, at_the_failure, trap, with_and_without};
use crate::traps::{
    acts::{CBS_LOG, Hand, MILLISECOND},
    boot::Boot,
    judge::Trap,
    tape::Actor,
    unusual::{self, Met},
};

/// From the error to the next line of the log.
const BEFORE: u64 = 4 * MILLISECOND;
/// Length of a line's time: `2025-11-14 17:37:05`.
const STAMP: usize = 19;
/// What the worker tells its clock by.
const UTC: &str = "Universal Time is: ";

pub(super) fn make(given: &Given<'_>, rng: &mut Rng) -> Result<Vec<Trap>> {
    let (true, Some(sign)) = (given.with_logs, given.boot.sign_at()) else { return Ok(Vec::new()) };
    let mut traps = Vec::new();
    for (mut boot, without) in with_and_without(given.boot) {
        let Some((worker, at)) = at_the_failure(given.boot, sign) else { continue };
        let Some((number, text)) = boot.logs.iter().enumerate().find_map(|(number, (name, bytes))| {
            Some((number, String::from_utf8(bytes.clone()).ok().filter(|_| name == "CBS.log")?))
        }) else {
            continue;
        };
        let places = places(&boot, &text, worker, at);
        if places.is_empty() {
            continue;
        }
        let (time, place) = rng.pick(&places);
        let error = unusual::any(rng);
        let mut hand = Hand::new(&mut boot.tape, worker, time.saturating_sub(BEFORE));
        error.meet(&mut hand)?;
        let written = hand.now;
        hand.note()?;
        let Some(minutes) = offset(&text) else { continue };
        let mut text = text;
        text.insert_str(place, &line(&error, written, minutes));
        if let Some((_, bytes)) = boot.logs.get_mut(number) {
            *bytes = text.into_bytes();
        }
        let what = format!("{} with 0x{:08X}, named in passing{without}", error.what, error.status);
        traps.push(trap(&boot, what, true)?);
    }
    Ok(traps)
}

/// The line about the error.
fn line(error: &Met, time: u64, minutes: i32) -> String {
    let status = NtStatus(error.status);
    let code = status.to_win32().map_or(status.to_hresult(), |maps| maps.win32.to_hresult());
    let name = code.name().unwrap_or("Unknown Error");
    let (stamp, path) = (stamp(time, minutes), &error.path);
    format!(
        "{stamp}, Info                  CBS    {path} cannot be changed now, continuing without it \
         [HRESULT = 0x{:08x} - {name}]\r\n",
        code.0
    )
}

/// The times at which the worker wrote a line before `end`, and where the line begins. A line has its time to the
/// second: only a second with as many lines as writes says which is which.
fn places(boot: &Boot, text: &str, worker: Actor, end: u64) -> Vec<(u64, usize)> {
    let Some(minutes) = offset(text) else { return Vec::new() };
    let is_write = |payload: &pml_reader::write::encode::Payload| {
        payload.class == EventClass::FileSystem as u32 && payload.operation == file_operation::WRITE
    };
    let rows = boot.tape.rows().iter().filter(|row| is_write(&row.payload));
    let writes: Vec<_> = rows.filter(|row| boot.tape.path(row).eq_ignore_ascii_case(CBS_LOG)).collect();
    let mut places = Vec::new();
    for row in writes.iter().filter(|row| row.actor == worker && row.time < end) {
        let second = stamp(row.time, minutes);
        let alike: Vec<_> = writes.iter().filter(|other| stamp(other.time, minutes) == second).collect();
        let lines: Vec<usize> =
            lines(text).filter(|(_, line)| line.starts_with(&second)).map(|(at, _)| at).collect();
        let number = alike.iter().position(|other| other.number == row.number);
        let place = number.filter(|_| alike.len() == lines.len()).and_then(|number| lines.get(number));
        places.extend(place.map(|place| (row.time, *place)));
    }
    places
}

/// The lines with where each begins.
fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.split_inclusive('\n').scan(0, |at, line| {
        let begin = *at;
        *at += line.len();
        Some((begin, line))
    })
}

/// The time as the log writes it.
fn stamp(time: u64, minutes: i32) -> String {
    let c = FileTime(time).shifted(minutes).civil();
    format!("{}-{:02}-{:02} {:02}:{:02}:{:02}", c.year, c.month, c.day, c.hour, c.minute, c.second)
}

/// How many minutes the log's clock is ahead of UTC.
fn offset(text: &str) -> Option<i32> {
    let line = text.lines().rfind(|line| line.contains(UTC))?;
    let (_, utc) = line.split_once(UTC)?;
    let minute = |text: &str| -> Option<i32> {
        let part = |from: usize, to: usize| text.get(from..to)?.parse::<i32>().ok();
        Some((part(8, 10)? * 24 + part(11, 13)?) * 60 + part(14, 16)?)
    };
    const DAY: i32 = 24 * 60;
    let ahead = minute(line.get(..STAMP)?)? - minute(utc.get(..STAMP)?)?;
    // Local time may be of another day, and of another month.
    let within_a_day = (ahead + DAY / 2).rem_euclid(DAY) - DAY / 2;
    Some((within_a_day + 7).div_euclid(15) * 15)
}
