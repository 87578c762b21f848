/// How a stored image is turned to be upright, as EXIF data say (EXIF 2.32, tag 0x0112).
public enum ImageOrientation: Int, Sendable, CaseIterable {
    /// As it is stored.
    case upright = 1
    /// Left and right are swapped.
    case mirrored
    /// It is turned by 180 degrees.
    case upsideDown
    /// Top and bottom are swapped.
    case flipped
    /// Rows and columns are swapped.
    case transposed
    /// It is turned by 90 degrees to the right.
    case turnedRight
    /// Rows and columns are swapped, and it is turned by 180 degrees.
    case transverse
    /// It is turned by 90 degrees to the left.
    case turnedLeft

    /// Whether rows become columns.
    var swapsSides: Bool { rawValue >= 5 }

    /// The size of an upright image whose stored size is `size`, and the other way around.
    func turn(_ size: ImageSize) -> ImageSize {
        swapsSides ? ImageSize(height: size.width, width: size.height) : size
    }

    /// The region of the stored image, of this size, that becomes a region of the upright image.
    func stored(_ region: ImageRegion, in size: ImageSize) -> ImageRegion {
        // The distances of the region from the right and the bottom of the upright image.
        let upright = turn(size)
        let right = upright.width - region.left - region.width
        let bottom = upright.height - region.top - region.height
        let (top, left) =
            switch self {
            case .upright: (region.top, region.left)
            case .mirrored: (region.top, right)
            case .upsideDown: (bottom, right)
            case .flipped: (bottom, region.left)
            case .transposed: (region.left, region.top)
            case .turnedRight: (right, region.top)
            case .transverse: (right, bottom)
            case .turnedLeft: (region.left, bottom)
            }
        let turned = turn(ImageSize(height: region.height, width: region.width))
        return ImageRegion(top: top, left: left, height: turned.height, width: turned.width)
    }
}
