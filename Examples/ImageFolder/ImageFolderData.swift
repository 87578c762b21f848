import Helios
import HeliosVision
import Synchronization

/// The images of a split: parts of them, flipped now and then, to train with; the middle of each to validate with.
final class ImageFolderData: DataModule<LabeledBatch> {
    private let train: ReplacingImages
    private let validationPart: ImageSplit.Part
    private let validationTransform: Compose
    private var brokenValidation: [BrokenImage]?
    private let batchSize: Int
    private let workers: WorkerCount

    /// - Parameters:
    ///   - size: the height and width that images are brought to, in pixels.
    ///   - workers: how many threads read images; `nil` for as many as there are processors.
    init(_ split: ImageSplit, size: Int, batchSize: Int, workers: Int?) throws {
        self.batchSize = batchSize
        self.workers = if let workers { .count(workers) } else { .automatic }
        train = try ReplacingImages(
            split.train,
            Compose([RandomResizedCrop(size), RandomHorizontalFlip(), ToImageTensor(), Normalize.imageNet]))
        // What torchvision's weights were validated with: 256 pixels for a middle of 224.
        validationTransform = Compose([
            Resize(size * 256 / 224), CenterCrop(size), ToImageTensor(), Normalize.imageNet,
        ])
        validationPart = split.validation
    }

    override func setup() throws {
        var options = LoaderOptions(batchSize: batchSize, workers: workers, persistentWorkers: workers != 0)
        try setValidation(readableValidation(), options)
        options.shuffle = true
        // Batch normalization with a single image makes a poor step of it.
        options.dropLast = train.count > batchSize && train.count % batchSize == 1
        try addTrainPhase(train, options)
    }

    /// The images to validate with, without those that cannot be read: each counts once in the accuracy, so that none can
    /// stand for another.
    private func readableValidation() throws -> ImageList {
        let (files, labels) = (validationPart.files, validationPart.labels)
        let all = try ImageList(files: files, labels: labels, transforms: [validationTransform])
        let broken = brokenValidation ?? all.check()
        brokenValidation = broken
        guard let first = broken.first else { return all }
        guard broken.count < all.count else {
            throw DataError("none of the \(all.count) images to validate with can be read; the first: \(first.error)")
        }
        let numbers = Set(broken.map(\.index))
        let kept = files.indices.filter { !numbers.contains($0) }
        return try ImageList(
            files: kept.map { files[$0] }, labels: kept.map { labels[$0] }, transforms: [validationTransform])
    }

    /// The files that could not be read so far, in alphabetical order, and why.
    var brokenFiles: [(path: String, reason: String)] {
        (train.broken + (brokenValidation ?? []).map { ($0.path, "\($0.error)") }).sorted { $0.path < $1.path }
    }
}

/// Image files to train with. The next file takes the place of one that cannot be read, so that every batch has its size,
/// and a record is kept of those that cannot.
private final class ReplacingImages: Dataset {
    private let list: ImageList
    private let reasons = Mutex<[String: String]>([:])

    init(_ part: ImageSplit.Part, _ transform: Compose) throws {
        list = try ImageList(files: part.files, labels: part.labels, transforms: [transform])
    }

    var count: Int { list.count }

    var broken: [(path: String, reason: String)] {
        reasons.withLock { $0.map { (path: $0.key, reason: $0.value) } }
    }

    func sample(at index: Int, random: inout SampleRandom) throws -> LabeledImage {
        var failure: (any Error)?
        for offset in 0..<count {
            let number = (index + offset) % count
            do {
                return try list.sample(at: number, random: &random)
            } catch let error as ImageError {
                reasons.withLock { $0[list.files[number]] = "\(error)" }
                failure = failure ?? error
            }
        }
        throw DataError(
            "none of the \(count) images to train with can be read\(failure.map { "; the first: \($0)" } ?? "")")
    }

    func name(ofSample index: Int) -> String? { list.files[index] }
}
