import Helios
import Testing

@Suite struct LoaderOptionsStateTests {
    @Test("options come back from their state")
    func roundTrip() throws {
        let options = LoaderOptions(
            batchSize: 7, shuffle: true, dropLast: true, workers: .automatic, prefetch: 3, prefetchBytes: 1 << 20,
            timeout: .seconds(2.5), persistentWorkers: true, pinMemory: true, onFailure: .skip(limit: 4), seed: .max,
            isDistributed: false, drawsLikePyTorch: true)
        let state = try options.stateDict()
        let other = try LoaderOptions(state)
        #expect(try "\(other.stateDict())" == "\(state)")
        #expect(other.workers == .automatic && other.timeout == .seconds(2.5) && other.seed == .max)
        #expect(other.onFailure == .skip(limit: 4) && other.prefetchBytes == 1 << 20)
        let plain = try LoaderOptions(LoaderOptions(workers: 3).stateDict())
        #expect(plain.workers == 3 && plain.prefetch == nil && plain.timeout == nil && plain.onFailure == .throw)
    }

    @Test("PyTorch's names are understood, and its timeout of 0 waits for ever")
    func pyTorch() throws {
        let options = try LoaderOptions([
            "batch_size": 16, "num_workers": 2, "prefetch_factor": 4, "pin_memory": .bool(true), "timeout": 0,
            "seed": .none,
        ])
        #expect(options.batchSize == 16 && options.workers == 2 && options.prefetch == 4 && options.pinMemory)
        #expect(options.timeout == nil && options.seed == nil)
    }

    @Test("a name that is no option, a value of another type, and a sampler are errors")
    func errors() {
        let error = #expect(throws: DataError.self) { try LoaderOptions(["batchsize": 4]) }
        #expect(error?.description.contains("did you mean 'batch_size'") == true)
        #expect(throws: StateDictError.self) { try LoaderOptions(["shuffle": 1]) }
        #expect(throws: DataError.self) { try LoaderOptions(["timeout": -1]) }
        #expect(throws: DataError.self) { try LoaderOptions(sampler: SequentialSampler(count: 1)).stateDict() }
    }

    @Test("the parts of the data have names")
    func split() throws {
        #expect(try DatasetSplit("valid") == .valid && DatasetSplit("TRAIN") == .train)
        let error = #expect(throws: DataError.self) { try DatasetSplit("tset") }
        #expect(error?.description.contains("did you mean 'test'") == true)
    }
}
