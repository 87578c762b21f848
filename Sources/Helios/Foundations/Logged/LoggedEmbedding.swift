/// Points in many dimensions with labels and pictures, which a logger displays in two or three dimensions.
public struct LoggedEmbedding: Sendable, Hashable {
    /// The number of points.
    public let count: Int
    /// The number of dimensions of a point.
    public let dimensions: Int
    /// The coordinates, point by point.
    public let values: [Float]
    /// The name of each point; empty if the points have no names.
    public let labels: [String]
    /// A picture of each point, all of the same size; empty if there are no pictures.
    public let images: [LoggedImage]

    /// Creates an embedding from points with labels and pictures.
    ///
    /// - Parameters:
    ///   - points: `[N, D]`.
    ///   - labels: a name for each point; none by default.
    ///   - images: `[N, C, H, W]`, a picture for each point (see `LoggedImage.init(_:)`); none by default.
    /// - Throws: `LogError` if the shapes or numbers do not fit.
    public init(_ points: Tensor, labels: [String] = [], images: Tensor? = nil) throws {
        guard points.shape.count == 2, points.shape[0] > 0, points.shape[1] > 0 else {
            throw LogError("an embedding is a tensor [N, D] with at least one point, not \(points.shape)")
        }
        count = points.shape[0]
        dimensions = points.shape[1]
        guard labels.isEmpty || labels.count == count else {
            throw LogError("an embedding of \(count) points cannot have \(labels.count) labels")
        }
        self.labels = labels
        if let images {
            guard images.shape.count == 4, images.shape[0] == count else {
                throw LogError(
                    "the images of an embedding of \(count) points are a tensor [\(count), C, H, W], not \(images.shape)"
                )
            }
            self.images = try (0..<count).map { try LoggedImage(images[$0]) }
        } else {
            self.images = []
        }
        values = try points.detach().to(.float32).flatten().to(.cpu).array(Float.self)
    }
}
