import Helios
import HeliosVision
import Synchronization

/// The images of a split: parts of them, flipped now and then, to train with; the middle of each to validate with.
final class ImageFolderData: DataModule<LabeledBatch> {
    private let train: WatchedImages
    private let validation: WatchedImages
    private let batchSize: Int
    private let workers: WorkerCount

    /// - Parameters:
    ///   - size: the height and width that images are brought to, in pixels.
    ///   - workers: how many threads read images; `nil` for as many as there are processors.
    init(_ split: ImageSplit, size: Int, batchSize: Int, workers: Int?) throws {
        self.batchSize = batchSize
        self.workers = if let workers { .count(workers) } else { .automatic }
        train = try WatchedImages(
            split.train,
            Compose([RandomResizedCrop(size), RandomHorizontalFlip(), ToImageTensor(), Normalize.imageNet]))
        // What torchvision's weights were validated with: 256 pixels for a middle of 224.
        validation = try WatchedImages(
            split.validation,
            Compose([Resize(size * 256 / 224), CenterCrop(size), ToImageTensor(), Normalize.imageNet]))
    }

    override func setup() throws {
        var options = LoaderOptions(
            batchSize: batchSize, workers: workers, persistentWorkers: workers != 0,
            onFailure: .skip(limit: train.count + validation.count))
        try setValidation(validation, options)
        options.shuffle = true
        // A batch of one image has no statistics to normalize with.
        options.dropLast = train.count > batchSize && train.count % batchSize == 1
        try addTrainPhase(train, options)
    }

    /// The files that could not be read so far, in alphabetical order, and why.
    var brokenFiles: [(path: String, reason: String)] {
        (train.broken + validation.broken).sorted { $0.path < $1.path }
    }
}

/// Image files, with a record of those that could not be read.
private final class WatchedImages: Dataset {
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
        do {
            return try list.sample(at: index, random: &random)
        } catch {
            reasons.withLock { $0[list.files[index]] = "\(error)" }
            throw error
        }
    }

    func name(ofSample index: Int) -> String? { list.files[index] }
}
