//! status-codes
