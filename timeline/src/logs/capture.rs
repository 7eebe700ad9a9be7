//! What `bootrace capture` lists beside its traces: services before and after the restart, and filter drivers.

use serde::Deserialize;

use super::known::{Filter, ServiceFact};
use crate::{
    model::{Evidence, StartType, Words},
    scan::Scan,
};

const START_TYPES: [StartType; 5] =
    [StartType::Boot, StartType::System, StartType::Automatic, StartType::Manual, StartType::Disabled];

/// `services-before.json` and `services-after.json` are lists, `machine.json` is not.
#[derive(Deserialize)]
#[serde(untagged)]
enum Listed {
    Services(Vec<Service>),
    Machine {
        /// Name and altitude.
        #[serde(default)]
        filters: Vec<(String, String)>,
    },
}

#[derive(Deserialize)]
struct Service {
    name: String,
    start_type: String,
    state: String,
}

/// Reads one of the files.
pub(crate) fn read(bytes: &[u8]) -> Scan {
    let mut scan = Scan::default();
    match serde_json::from_slice(bytes) {
        Ok(Listed::Services(services)) => {
            scan.events = services.len() as u64;
            scan.known.services = services.into_iter().map(fact).collect();
        }
        Ok(Listed::Machine { filters }) => {
            scan.events = 1;
            let filters = filters.into_iter();
            scan.known.filters = filters
                .map(|(name, altitude)| {
                    let altitude = Some(altitude).filter(|a| !a.is_empty());
                    Filter { name, altitude, ..Filter::default() }
                })
                .collect();
        }
        Err(error) => {
            scan.bad = 1;
            scan.first_bad = Some(error.to_string());
        }
    }
    scan
}

fn fact(service: Service) -> ServiceFact {
    let Service { name, start_type, state } = service;
    let words = Words::new(
        format!("{name}: {start_type}, {state}, as listed by the capture"),
        format!("{name}：{start_type}，{state}（采集时的列表）"),
    );
    ServiceFact {
        start: START_TYPES.into_iter().find(|start| start.name() == start_type),
        name,
        state: None,
        failed: false,
        evidence: Evidence::said(words),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn services_and_filters_come_from_the_captures_own_lists() {
        let list = r#"[{"name":"AppXSVC","display_name":"x","start_type":"disabled","state":"stopped"}]"#;
        let scan = read(list.as_bytes());
        assert_eq!((scan.events, scan.bad), (1, 0));
        assert_eq!(scan.known.services[0].start, Some(StartType::Disabled));
        let scan = read(br#"{"windows":"Windows 10","filters":[["WdFilter","328010"],["x",""]]}"#);
        let filters: Vec<_> =
            scan.known.filters.iter().map(|f| (f.name.as_str(), f.altitude.as_deref())).collect();
        assert_eq!(filters, [("WdFilter", Some("328010")), ("x", None)]);
        for damaged in [&b"[{}]"[..], b"7", b"[1", b""] {
            assert_eq!(read(damaged).bad, 1, "{damaged:?}");
        }
    }
}
