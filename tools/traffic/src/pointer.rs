//! Pointer paths: reaches along minimum-jerk curves, with a bend, a tremor, and corrections near the end, sampled at animation frames.

use crate::dice::Dice;

/// A point of the viewport, CSS pixels.
pub(crate) type Point = (f64, f64);

/// Milliseconds between samples: whole frames of a 60 Hz screen, as a snippet that wants 100 ms gets them.
const STEPS: [u32; 12] = [100, 100, 100, 100, 100, 100, 99, 101, 100, 116, 117, 133];

/// A stretch of movement: milliseconds, pixels right, pixels down.
pub(crate) type Path = Vec<(u32, i32, i32)>;

/// How somebody moves.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Hand {
    /// Milliseconds of a reach over 500 pixels.
    pub(crate) reach_ms: f64,
    /// How far a reach bends off the line, as a part of its length; 0 for a program.
    pub(crate) bend: f64,
}

/// The path through `stops`, from `start`. It is cut at `most` points.
pub(crate) fn path(dice: &mut Dice, hand: Hand, start: Point, stops: &[Point], most: usize) -> Path {
    let mut out = Path::new();
    let mut told = (start.0.round(), start.1.round());
    let mut from = start;
    let mut waited = 0;
    for stop in stops {
        let distance = (stop.0 - from.0).hypot(stop.1 - from.1);
        // Fitts's law, for targets of some 40 pixels.
        let duration = hand.reach_ms * (distance / 40.0 + 1.0).log2() / 3.75 * (1.0 + 0.15 * dice.normal()).max(0.4);
        let bend = hand.bend * distance * dice.normal();
        let mut t = 0.0;
        while t < duration && out.len() < most {
            let step = if hand.bend == 0.0 {
                100
            } else {
                dice.pick(&STEPS).copied().unwrap_or(100)
            };
            t += f64::from(step);
            waited += step;
            let at = reach(from, *stop, (t / duration).min(1.0), bend);
            let tremor = hand.bend * 8.0;
            let seen = (
                (at.0 + tremor * dice.normal()).round(),
                (at.1 + tremor * dice.normal()).round(),
            );
            let moved = ((seen.0 - told.0) as i32, (seen.1 - told.1) as i32);
            if moved != (0, 0) {
                out.push((waited, moved.0, moved.1));
                told = seen;
                waited = 0;
            }
        }
        from = *stop;
        if dice.chance(0.3) {
            waited += dice.between(60, 400);
        }
    }
    out
}

/// Where a reach is when `part` of its time has passed.
fn reach(from: Point, to: Point, part: f64, bend: f64) -> Point {
    let done = part.powi(3) * (10.0 - 15.0 * part + 6.0 * part * part);
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let length = dx.hypot(dy).max(1.0);
    let aside = bend * (std::f64::consts::PI * done).sin();
    (
        from.0 + dx * done - dy / length * aside,
        from.1 + dy * done + dx / length * aside,
    )
}
