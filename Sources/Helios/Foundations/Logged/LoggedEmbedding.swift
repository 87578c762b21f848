/// Points in many dimensions with their labels and pictures, which a logger shows in two or three.
public struct LoggedEmbedding: Sendable, Hashable {
    /// How many points there are.
    public let count: Int
    /// How many dimensions a point has.
    public let dimensions: Int
    /// The coordinates, point by point.
    public let values: [Float]
    /// What each point is called; empty for no names.
    public let labels: [String]
    /// A picture of each point, all of the same size; empty for none.
    public let images: [LoggedImage]

    /// Points with labels and pictures.
    ///
    /// - Parameters:
    ///   - points: `[N, D]`.
    ///   - labels: a name for each point; none by default.
    ///   - images: `[N, C, H, W]`, a picture for each point, see `LoggedImage.init(_:)`; none by default.
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
