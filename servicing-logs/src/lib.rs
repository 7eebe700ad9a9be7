//! servicing-logs
