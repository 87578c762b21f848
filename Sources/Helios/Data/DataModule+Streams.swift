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

    /// Sets the validation data.
    public func setValidation<Source: StreamDataset>(
        _ stream: CollatedStream<Source, Batch>, _ options: LoaderOptions = LoaderOptions()
    ) throws {
        try setValidation(options) { try DataLoader(stream, $0) }
    }

    /// Sets the validation data.
    public func setValidation<Source: StreamDataset>(
        _ stream: Source, _ options: LoaderOptions = LoaderOptions()
    ) throws where Source.Sample: Collatable, Source.Sample.Batch == Batch {
        try setValidation(options) { try DataLoader(stream, $0) }
    }

    /// Adds validation data with a name. See `addValidation(named:_:_:)` for data that creates whole batches.
    public func addValidation<Source: StreamDataset>(
        named name: String, _ stream: CollatedStream<Source, Batch>, _ options: LoaderOptions = LoaderOptions()
    ) throws {
        try addValidation(named: name, options) { try DataLoader(stream, $0) }
    }

    /// Adds validation data with a name. See `addValidation(named:_:_:)` for data that creates whole batches.
    public func addValidation<Source: StreamDataset>(
        named name: String, _ stream: Source, _ options: LoaderOptions = LoaderOptions()
    ) throws where Source.Sample: Collatable, Source.Sample.Batch == Batch {
        try addValidation(named: name, options) { try DataLoader(stream, $0) }
    }

    /// Sets the test data.
    public func setTest<Source: StreamDataset>(
        _ stream: CollatedStream<Source, Batch>, _ options: LoaderOptions = LoaderOptions()
    ) throws {
        try setTest(options) { try DataLoader(stream, $0) }
    }

    /// Sets the test data.
    public func setTest<Source: StreamDataset>(_ stream: Source, _ options: LoaderOptions = LoaderOptions()) throws
    where Source.Sample: Collatable, Source.Sample.Batch == Batch {
        try setTest(options) { try DataLoader(stream, $0) }
    }

    /// Sets the prediction data.
    public func setPrediction<Source: StreamDataset>(
        _ stream: CollatedStream<Source, Batch>, _ options: LoaderOptions = LoaderOptions()
    ) throws {
        try setPrediction(options) { try DataLoader(stream, $0) }
    }

    /// Sets the prediction data.
    public func setPrediction<Source: StreamDataset>(
        _ stream: Source, _ options: LoaderOptions = LoaderOptions()
    ) throws where Source.Sample: Collatable, Source.Sample.Batch == Batch {
        try setPrediction(options) { try DataLoader(stream, $0) }
    }
}
