/// Where a run rightly goes another way than Python Helios went. All there are: a run that needs none must make the
/// recorded calls.
///
/// The faults have the numbers of ../shared/fixtures/README.md. Faults 5 and 6 are about broken files and several
/// processes, of which a recording has neither.
enum TraceRule: String, CaseIterable, Comparable {
    /// Python Helios takes the next epoch's order, and skips the head of that and of every later one.
    case epochGoesOn = "fault 1: an epoch that a checkpoint is in the middle of continues with its next batch"
    /// Python Helios saves the position 0.
    case positionIsKept = "fault 2: an epoch in which training by epoch stopped is not over"
    /// Python Helios may take another one, by the order in which the folder is listed.
    case newestCheckpoint = "fault 3: the newest checkpoint is the one of the greatest epoch and iteration"
    /// Python Helios answers false; `DataModule.teardown` is not called.
    case errorIsThrown = "fault 4: an error is thrown, and cleaned up after"
    /// Python Helios begins with the next epoch or iteration: the end of an epoch, a phase's end, are lost.
    case restComesFirst = "what was left to do after the checkpoint is done first"
    /// Python Helios trains an epoch or an iteration more.
    case stopIsFinal = "a training that was over at its checkpoint stays so"
    /// Python Helios fails when it uses the option, or takes a number below 1 in one way or another.
    case optionsAreChecked = "options that contradict each other are an error before anything is done"
    /// Python Helios does nothing by epoch, and one iteration by iteration.
    case nothingToTrain = "a training of no steps is an error"
    /// Python Helios fails when it uses the data, or goes through epochs that have no batch.
    case dataAreChecked = "data that give no batch are an error when they are set up"
    /// Python Helios saves only what is due.
    case endIsSaved = "with a checkpoint folder, the end of a training is saved"
    /// Python Helios calls the hooks of the start and of the end again.
    case endedOnce = "a training that has ended is not ended again when it is started again"
    /// PyTorch's loader refuses options of worker processes if there are none.
    case workerOptions = "options of workers have no meaning without workers, and do no harm"

    static func < (left: TraceRule, right: TraceRule) -> Bool { left.rawValue < right.rawValue }
}
