// Streams as data of a training.
extension DataModule {
    /// Adds a training phase whose epochs end when the stream does.
    public func addTrainPhase<Source: StreamDataset>(
        _ stream: CollatedStream<Source, Batch>, _ options: LoaderOptions = LoaderOptions()
    ) throws {
        try addTrainPhase(options, count: nil) { try DataLoader(stream, $0) }
    }

    /// Adds a training phase whose epochs end when the stream does.
    public func addTrainPhase<Source: StreamDataset>(
        _ stream: Source, _ options: LoaderOptions = LoaderOptions()
    ) throws where Source.Sample: Collatable, Source.Sample.Batch == Batch {
        try addTrainPhase(options, count: nil) { try DataLoader(stream, $0) }
    }

    /// Sets what validation runs on.
    public func setValidation<Source: StreamDataset>(
        _ stream: CollatedStream<Source, Batch>, _ options: LoaderOptions = LoaderOptions()
    ) throws {
        try setValidation(options) { try DataLoader(stream, $0) }
    }

    /// Sets what validation runs on.
    public func setValidation<Source: StreamDataset>(
        _ stream: Source, _ options: LoaderOptions = LoaderOptions()
    ) throws where Source.Sample: Collatable, Source.Sample.Batch == Batch {
        try setValidation(options) { try DataLoader(stream, $0) }
    }

    /// Adds data to validate on, which has a name: see `addValidation(named:_:_:)` for data that makes batches.
    public func addValidation<Source: StreamDataset>(
        named name: String, _ stream: CollatedStream<Source, Batch>, _ options: LoaderOptions = LoaderOptions()
    ) throws {
        try addValidation(named: name, options) { try DataLoader(stream, $0) }
    }

    /// Adds data to validate on, which has a name: see `addValidation(named:_:_:)` for data that makes batches.
    public func addValidation<Source: StreamDataset>(
        named name: String, _ stream: Source, _ options: LoaderOptions = LoaderOptions()
    ) throws where Source.Sample: Collatable, Source.Sample.Batch == Batch {
        try addValidation(named: name, options) { try DataLoader(stream, $0) }
    }

    /// Sets what testing runs on.
    public func setTest<Source: StreamDataset>(
        _ stream: CollatedStream<Source, Batch>, _ options: LoaderOptions = LoaderOptions()
    ) throws {
        try setTest(options) { try DataLoader(stream, $0) }
    }

    /// Sets what testing runs on.
    public func setTest<Source: StreamDataset>(_ stream: Source, _ options: LoaderOptions = LoaderOptions()) throws
    where Source.Sample: Collatable, Source.Sample.Batch == Batch {
        try setTest(options) { try DataLoader(stream, $0) }
    }

    /// Sets what predictions are made for.
    public func setPrediction<Source: StreamDataset>(
        _ stream: CollatedStream<Source, Batch>, _ options: LoaderOptions = LoaderOptions()
    ) throws {
        try setPrediction(options) { try DataLoader(stream, $0) }
    }

    /// Sets what predictions are made for.
    public func setPrediction<Source: StreamDataset>(
        _ stream: Source, _ options: LoaderOptions = LoaderOptions()
    ) throws where Source.Sample: Collatable, Source.Sample.Batch == Batch {
        try setPrediction(options) { try DataLoader(stream, $0) }
    }
}
