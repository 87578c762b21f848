import Helios
import HeliosData

extension ImageList {
    /// The images of a list of files, in CSV or as JSON lines, with their labels.
    ///
    /// ```swift
    /// let images = try ImageList(Manifest(file: URL(filePath: "birds/train.csv")))
    /// ```
    /// Labels are names of classes, which are numbered in the order of their bytes, or the numbers themselves.
    ///
    /// - Parameters:
    ///   - manifest: the list. A relative path starts at the folder that the list is in.
    ///   - column: which of its label columns has the classes.
    ///   - transforms: what is done to each image, in this order.
    ///   - options: how the files are read: usually as RGB in `uint8`.
    /// - Throws: `DataError` if the labels are not all names, and not all numbers from 0.
    public init(
        _ manifest: Manifest, label column: Int = 0, transforms: [any Transform] = [], options: DecodingOptions = .rgb
    ) throws {
        let files = manifest.entries.map(\.url.path)
        let labels = manifest.entries.map { $0.labels.indices.contains(column) ? $0.labels[column] : .null }
        let numbers = labels.compactMap(\.integer)
        if numbers.count == labels.count {
            try self.init(files: files, labels: numbers, transforms: transforms, options: options)
            return
        }
        let names = labels.compactMap(\.string)
        guard names.count == labels.count else {
            // The majority says which of the two was meant.
            let isOther =
                names.count < numbers.count ? { $0.integer == nil } : { (label: DataValue) in label.string == nil }
            let odd = labels.firstIndex(where: isOther) ?? 0
            throw DataError(
                "\(VisibleText.of(manifest.path)): the labels must all be names of classes, or all be integers, and that of "
                    + "\(VisibleText.of(manifest.entries[odd].path)) is not; a name that is a number stands in quotes")
        }
        try self.init(files: files, classNames: names, transforms: transforms, options: options)
    }
}

extension DataValue {
    /// The number, if it is an integer.
    fileprivate var integer: Int? {
        if case .integer(let number) = self { number } else { nil }
    }
}
