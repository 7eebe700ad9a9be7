//! Services, by the Service Control Manager. It has no call for all start types at once: names come from the registry.

use windows_service::service::{ServiceAccess, ServiceStartType, ServiceState};
use windows_service::service_manager::{ServiceManager, ServiceManagerAccess};

use super::Windows;
use crate::error::{CaptureError, Result};
use crate::machine::{Registry, Service, Services};
use crate::plan::SERVICES_KEY;

impl Services for Windows {
    fn services(&self) -> Result<Vec<Service>> {
        let manager = ServiceManager::local_computer(None::<&str>, ServiceManagerAccess::CONNECT)
            .map_err(|e| CaptureError::Services(e.to_string()))?;
        // A key without a service behind it, or one that cannot be opened, is left out.
        Ok(self.subkeys(SERVICES_KEY)?.into_iter().filter_map(|name| query(&manager, name)).collect())
    }
}

fn query(manager: &ServiceManager, name: String) -> Option<Service> {
    let service =
        manager.open_service(&name, ServiceAccess::QUERY_STATUS | ServiceAccess::QUERY_CONFIG).ok()?;
    let (config, status) = (service.query_config().ok()?, service.query_status().ok()?);
    let start_type = match config.start_type {
        ServiceStartType::BootStart => "boot",
        ServiceStartType::SystemStart => "system",
        ServiceStartType::AutoStart => "automatic",
        ServiceStartType::OnDemand => "manual",
        ServiceStartType::Disabled => "disabled",
    };
    let state = match status.current_state {
        ServiceState::Stopped => "stopped",
        ServiceState::StartPending => "start pending",
        ServiceState::StopPending => "stop pending",
        ServiceState::Running => "running",
        ServiceState::ContinuePending => "continue pending",
        ServiceState::PausePending => "pause pending",
        ServiceState::Paused => "paused",
    };
    Some(Service {
        name,
        display_name: config.display_name.to_string_lossy().into_owned(),
        start_type: start_type.into(),
        state: state.into(),
        pid: status.process_id,
    })
}
