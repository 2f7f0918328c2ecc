//! What results may be taken for.

/// What results may be taken for, and what a tool may be used for after reading what is not trusted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trust {
    /// Which part of a result somebody may have written who wants to be obeyed by a model.
    pub untrusted: Untrusted,
    /// Whether somebody has to say yes to it after the caller has read what is not trusted.
    pub is_privileged: bool,
    /// Whether characters that nobody sees, and those that steer a terminal, stay in what it gives.
    pub keeps_unicode: bool,
    /// Hosts to which links and pictures in untrusted text may lead.
    pub link_hosts: Vec<String>,
}

impl Trust {
    /// Whether any part of a result is not to be trusted.
    #[must_use]
    pub fn is_untrusted(&self) -> bool {
        self.untrusted != Untrusted::Nothing
    }
}

/// Which part of a result is not to be trusted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Untrusted {
    /// None.
    #[default]
    Nothing,
    /// All of it.
    All,
    /// What stands in fields of these names.
    Fields(Vec<String>),
}
