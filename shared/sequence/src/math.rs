//! Logarithm and exponential from additions, multiplications and divisions alone.
//!
//! A platform's own functions differ in the last bit from one C library to the next. The four operations do not: IEEE
//! 754 fixes them. So a model learned on arm64 and one learned on x86-64 are the same bytes.

/// Natural logarithm of a positive number; anything under 1e-30 counts as that.
pub(crate) fn ln(x: f32) -> f32 {
    const SQRT_HALF_BITS: u32 = 0x3f35_04f3;
    let bits = x.max(1e-30).to_bits();
    // x = m · 2^e with m between √½ and √2, where the series below needs few terms.
    let shifted = bits.wrapping_sub(SQRT_HALF_BITS);
    let e = (shifted as i32) >> 23;
    let m = f32::from_bits((shifted & 0x007f_ffff).wrapping_add(SQRT_HALF_BITS));
    let t = (m - 1.0) / (m + 1.0);
    let u = t * t;
    let series = 2.0 + u * (0.666_666_7 + u * (0.4 + u * (0.285_714_3 + u * 0.222_222_2)));
    e as f32 * std::f32::consts::LN_2 + t * series
}

/// e to the power of x, for x between -87 and 87; beyond, the value there.
pub(crate) fn exp(x: f32) -> f32 {
    const ROUND: f32 = 12_582_912.0; // 1.5 · 2^23: adding it leaves the nearest integer in the low bits
    let x = x.clamp(-87.0, 87.0);
    let shifted = x * std::f32::consts::LOG2_E + ROUND;
    let k = shifted - ROUND;
    let r = x - k * 0.693_359_4 + k * 2.121_944_4e-4;
    let series = 0.5 + r * (0.166_666_67 + r * (0.041_666_67 + r * (0.008_333_34 + r * 0.001_388_9)));
    let value = 1.0 + r + r * r * series;
    let exponent = (shifted.to_bits() as i32)
        .wrapping_sub(ROUND.to_bits() as i32)
        .wrapping_add(127);
    value * f32::from_bits((exponent as u32) << 23)
}

/// ln(Σ exp(x)).
pub(crate) fn log_sum_exp(xs: &[f32]) -> f32 {
    let most = xs.iter().copied().fold(f32::MIN, f32::max);
    most + ln(xs.iter().map(|x| exp(x - most)).sum())
}

/// A hash of two numbers; also the step of the pseudo-random sequences here.
pub fn scramble(seed: u64, x: u64) -> u64 {
    let mut z = (seed ^ x.wrapping_mul(0x9E37_79B9_7F4A_7C15)).wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_the_platforms_own_to_six_digits() {
        for i in 1..20_000 {
            let x = i as f32 * 0.01;
            assert!((ln(x) - x.ln()).abs() < 1e-6 * x.ln().abs().max(1.0), "ln {x}");
            let y = (i as f32 - 10_000.0) * 0.008;
            assert!((exp(y) / y.exp() - 1.0).abs() < 1e-6, "exp {y}: {} {}", exp(y), y.exp());
        }
        assert!((ln(1e-20) - 1e-20_f32.ln()).abs() < 1e-5);
        assert!((log_sum_exp(&[-100.0, -100.0]) + 100.0 - std::f32::consts::LN_2).abs() < 1e-4);
    }
}
