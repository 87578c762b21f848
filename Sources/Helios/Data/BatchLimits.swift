/// How many batches of each kind a run takes at most, and of what size.
struct BatchLimits {
    /// The number of batches in each training epoch; `nil` for all.
    var train: Int?
    /// The number of batches in each validation cycle; `nil` for all.
    var valid: Int?
    /// The number of batches in the test; `nil` for all.
    var test: Int?
    /// Trains and validates with the first so many training batches in the order of their numbers; `nil` uses all data.
    var overfit: Int?
    /// Each training epoch has a multiple of this number of batches; `nil` for as many as there are.
    var multiple: Int?
    /// The number of samples in a training batch, instead of what the data module says; `nil` for that.
    var batchSize: Int?
}
