import Foundation

/// A map of points (x, y) to (a·x + b·y + c, d·x + e·y + f).
struct AffineMatrix: Equatable {
    var a, b, c, d, e, f: Double

    /// Shears, scales and rotates around a center, then moves.
    ///
    /// With R the rotation, S the scaling, and H the shears, first along x and then along y, this is
    /// T(translation) · T(center) · R · S · H · T(−center).
    ///
    /// - Parameters:
    ///   - angle: in degrees, clockwise on a screen.
    ///   - shear: the angles in degrees along x and y.
    init(
        center: (x: Double, y: Double), angle: Double, translation: (x: Double, y: Double) = (0, 0), scale: Double = 1,
        shear: (x: Double, y: Double) = (0, 0)
    ) {
        let radians = Double.pi / 180
        let (rotation, shearX, shearY) = (angle * radians, shear.x * radians, shear.y * radians)
        let p = cos(rotation - shearY) / cos(shearY)
        let q = -(p * tan(shearX) + sin(rotation))
        let r = sin(rotation - shearY) / cos(shearY)
        let s = cos(rotation) - r * tan(shearX)
        (a, b, d, e) = (p * scale, q * scale, r * scale, s * scale)
        c = center.x + translation.x - a * center.x - b * center.y
        f = center.y + translation.y - d * center.x - e * center.y
    }

    private init(_ a: Double, _ b: Double, _ c: Double, _ d: Double, _ e: Double, _ f: Double) {
        (self.a, self.b, self.c, self.d, self.e, self.f) = (a, b, c, d, e, f)
    }

    /// The map back.
    var inverse: AffineMatrix {
        let determinant = a * e - b * d
        let (p, q, r, s) = (e / determinant, -b / determinant, -d / determinant, a / determinant)
        return AffineMatrix(p, q, -(p * c + q * f), r, s, -(r * c + s * f))
    }

    var values: [Double] { [a, b, c, d, e, f] }

    /// The size of the smallest image that holds all of an image that the map turns around its middle.
    ///
    /// This is Pillow's rule, which rounds to 1/10,000 pixel first so that a rounding error adds no pixel.
    func outputSize(of size: ImageSize) -> ImageSize {
        let (x, y) = (0.5 * Double(size.width), 0.5 * Double(size.height))
        let corners = [(-x, -y), (-x, y), (x, y), (x, -y)]
        func length(_ coordinates: [Double]) -> Int {
            let rounded = coordinates.map { ($0 * 1e4).rounded(.towardZero) / 1e4 }
            let length = (rounded.max() ?? 0).rounded(.up) - (rounded.min() ?? 0).rounded(.down)
            // With a center far away, rounding may leave anything.
            return length < 1e15 ? Int(length) : Int.max
        }
        return ImageSize(
            height: length(corners.map { d * $0.0 + e * $0.1 + f + y }),
            width: length(corners.map { a * $0.0 + b * $0.1 + c + x }))
    }
}
