/// A rectangle of whole pixels in an image.
public struct ImageRegion: Equatable, Sendable {
    /// The first row.
    public var top: Int
    /// The first column.
    public var left: Int
    /// The number of rows.
    public var height: Int
    /// The number of columns.
    public var width: Int

    /// The rectangle whose upper left pixel is at (`top`, `left`).
    public init(top: Int, left: Int, height: Int, width: Int) {
        self.top = top
        self.left = left
        self.height = height
        self.width = width
    }
}

/// How many rows and columns an image has.
public struct ImageSize: Equatable, Sendable {
    /// The number of rows.
    public var height: Int
    /// The number of columns.
    public var width: Int

    /// A size in pixels.
    public init(height: Int, width: Int) {
        self.height = height
        self.width = width
    }
}
