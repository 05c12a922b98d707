//! Numbers in pairs and their symmetric 2 × 2 matrices: what is known of those who answered and of those who did not.

/// A pair.
pub type Pair = [f64; 2];

/// A symmetric 2 × 2 matrix.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Sym {
    /// Upper left.
    pub a: f64,
    /// Off the diagonal.
    pub b: f64,
    /// Lower right.
    pub d: f64,
}

impl Sym {
    /// The matrix with nothing off its diagonal.
    pub const fn diagonal(a: f64, d: f64) -> Self {
        Self { a, b: 0.0, d }
    }

    /// The inverse; the determinant must not be 0.
    #[must_use]
    pub fn inverse(self) -> Self {
        let determinant = self.a * self.d - self.b * self.b;
        Self { a: self.d / determinant, b: -self.b / determinant, d: self.a / determinant }
    }

    /// The sum.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self { a: self.a + other.a, b: self.b + other.b, d: self.d + other.d }
    }

    /// All entries times a factor.
    #[must_use]
    pub fn times(self, factor: f64) -> Self {
        Self { a: self.a * factor, b: self.b * factor, d: self.d * factor }
    }

    /// The product with a pair.
    pub fn apply(self, [x, y]: Pair) -> Pair {
        [self.a * x + self.b * y, self.b * x + self.d * y]
    }

    /// h′Mh.
    pub fn quadratic(self, [x, y]: Pair) -> f64 {
        self.a * x * x + 2.0 * self.b * x * y + self.d * y * y
    }

    /// The product with another symmetric matrix, row by row; it need not be symmetric.
    pub fn product(self, other: Self) -> [Pair; 2] {
        [
            [self.a * other.a + self.b * other.b, self.a * other.b + self.b * other.d],
            [self.b * other.a + self.d * other.b, self.b * other.b + self.d * other.d],
        ]
    }

    /// MSM′ for any 2 × 2 matrix M.
    pub fn between([first, second]: [Pair; 2], middle: Self) -> Self {
        let [x, y] = middle.apply(first);
        let [p, q] = second;
        Self { a: middle.quadratic(first), b: x * p + y * q, d: middle.quadratic(second) }
    }

    /// dd′.
    pub fn square([x, y]: Pair) -> Self {
        Self { a: x * x, b: x * y, d: y * y }
    }

    /// The greatest entry, without its sign.
    pub fn greatest(self) -> f64 {
        self.a.abs().max(self.b.abs()).max(self.d.abs())
    }
}

#[cfg(test)]
mod tests {
    use super::Sym;

    #[test]
    fn a_matrix_times_its_inverse_is_one() {
        let matrix = Sym { a: 4.0, b: 1.0, d: 3.0 };
        let [[a, b], [c, d]] = matrix.product(matrix.inverse());
        assert!((a - 1.0).abs() < 1e-12 && b.abs() < 1e-12 && c.abs() < 1e-12 && (d - 1.0).abs() < 1e-12);
        let turned = Sym::between([[0.0, 1.0], [1.0, 0.0]], matrix);
        assert_eq!(turned, Sym { a: 3.0, b: 1.0, d: 4.0 });
    }
}
