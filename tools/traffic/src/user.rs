//! Kinds of users.

use crate::dice::Dice;
use crate::pointer::Hand;

/// What somebody points with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pointer {
    Mouse,
    Touch,
}

/// A kind of user: how it moves, types and decides.
#[derive(Debug, Clone, Copy)]
pub(crate) struct User {
    pub(crate) pointer: Pointer,
    pub(crate) hand: Hand,
    /// Stretches of reading on a page.
    pub(crate) reads: f64,
    /// Milliseconds of pause between two acts.
    pub(crate) pause_ms: f64,
    /// Milliseconds between two keys.
    pub(crate) key_ms: f64,
    /// Controls used on a page.
    pub(crate) acts: f64,
    /// How likely a form is filled when there is one.
    pub(crate) fills: f64,
    /// How likely the keyboard does what the pointer could.
    pub(crate) keyboard: f64,
    /// How likely a press of a key is taken back.
    pub(crate) slips: f64,
    /// Pages of a visit.
    pub(crate) pages: f64,
    pub(crate) automated: bool,
    /// How many in a hundred are of this kind.
    pub(crate) share: u32,
}

const MOUSE: Hand = Hand {
    reach_ms: 520.0,
    bend: 0.07,
};

const READER: User = User {
    pointer: Pointer::Mouse,
    hand: MOUSE,
    reads: 5.0,
    pause_ms: 700.0,
    key_ms: 190.0,
    acts: 3.0,
    fills: 0.2,
    keyboard: 0.05,
    slips: 0.06,
    pages: 6.0,
    automated: false,
    share: 30,
};

/// Everybody. A share is of all sessions.
pub(crate) const USERS: [User; 6] = [
    // Looks around.
    READER,
    // Knows what to buy or to book.
    User {
        reads: 3.0,
        acts: 4.0,
        fills: 0.6,
        pages: 9.0,
        share: 20,
        ..READER
    },
    // Fills in forms, slowly.
    User {
        reads: 2.0,
        acts: 1.5,
        fills: 1.0,
        pause_ms: 900.0,
        key_ms: 260.0,
        slips: 0.1,
        share: 15,
        ..READER
    },
    // Works here every day, mostly by keyboard.
    User {
        hand: Hand {
            reach_ms: 420.0,
            bend: 0.04,
        },
        reads: 1.5,
        pause_ms: 350.0,
        key_ms: 110.0,
        acts: 6.0,
        fills: 0.7,
        keyboard: 0.5,
        pages: 12.0,
        share: 12,
        ..READER
    },
    // Thumbs through on a phone.
    User {
        pointer: Pointer::Touch,
        reads: 8.0,
        pause_ms: 500.0,
        acts: 2.5,
        fills: 0.25,
        keyboard: 0.0,
        share: 20,
        ..READER
    },
    // A program that drives a browser.
    User {
        hand: Hand {
            reach_ms: 250.0,
            bend: 0.0,
        },
        reads: 0.5,
        pause_ms: 120.0,
        key_ms: 30.0,
        fills: 0.9,
        keyboard: 0.0,
        slips: 0.0,
        automated: true,
        share: 3,
        ..READER
    },
];

/// Somebody, by their shares.
pub(crate) fn any(dice: &mut Dice) -> User {
    let mut left = dice.between(1, USERS.iter().map(|user| user.share).sum());
    let found = USERS.iter().find(|user| {
        let found = left <= user.share;
        left = left.saturating_sub(user.share);
        found
    });
    *found.unwrap_or(&READER)
}
