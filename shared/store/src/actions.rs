//! What each function may do to which table. The template grants exactly this.

/// A table by its part in the system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Table {
    /// `control`
    Control,
    /// `events`
    Events,
    /// `connections`
    Connections,
}

/// An action on a table's items whose partition key begins with `leading`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grant {
    /// `dynamodb:…`
    pub action: &'static str,
    /// On which table.
    pub table: Table,
    /// On which leading keys, as IAM's `StringLike` writes them.
    pub leading: &'static str,
}

const fn grant(action: &'static str, table: Table, leading: &'static str) -> Grant {
    Grant { action, table, leading }
}

/// The authorizer: the index of keys, then the world's own record, whose tenant it does not know before.
pub const AUTHORIZE: &[Grant] = &[grant("dynamodb:GetItem", Table::Control, "*")];

/// Ingest: it reads nothing at all.
pub const INGEST: &[Grant] = &[
    grant("dynamodb:PutItem", Table::Events, "*"),
    grant("dynamodb:PutItem", Table::Control, "mark#*"),
    grant("dynamodb:PutItem", Table::Connections, "*"),
    grant("dynamodb:DeleteItem", Table::Connections, "*"),
];
