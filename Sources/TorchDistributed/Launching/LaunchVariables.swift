import Foundation

/// What a launcher told this process in environment variables: its rank, and where the processes meet.
///
/// The variables of torchrun come first, then those of the PyTorch operator of Kubernetes, and last those of SLURM: a
/// job of SLURM may start torchrun.
public struct LaunchVariables: Sendable, Hashable {
    /// What started the process.
    public let launcher: Launcher
    /// Where the process stands among the others.
    public let info: RankInfo
    /// The name or address of the machine whose store all processes use.
    public let masterAddress: String
    /// The port of this store.
    public let masterPort: Int
    /// How often the launcher has started all processes again after a failure: torchrun's `--max-restarts` allows it.
    public let restartCount: Int
    /// Whether torchrun itself hosts the store. Otherwise rank 0 does.
    public let usesAgentStore: Bool
    /// The process that started this one, if that was rank 0 of the same program.
    let parent: Int32?

    init(
        _ launcher: Launcher, _ info: RankInfo, address: String, port: Int, restartCount: Int = 0,
        usesAgentStore: Bool = false, parent: Int32? = nil
    ) {
        self.launcher = launcher
        self.info = info
        self.masterAddress = address
        self.masterPort = port
        self.restartCount = restartCount
        self.usesAgentStore = usesAgentStore
        self.parent = parent
    }

    /// Reads the variables.
    ///
    /// - Parameter environment: the variables; those of the process unless told otherwise.
    /// - Returns: `nil` if no launcher started the process.
    /// - Throws: ``DistributedError`` that names the variable that is missing or contradicts another one, and says what
    ///   it should be.
    public static func read(
        _ environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws -> LaunchVariables? {
        let variables = Variables(environment)
        if variables.has("HELIOS_LAUNCHER") { return try readHelios(variables) }
        if variables.has("RANK") || variables.has("LOCAL_RANK") || variables.has("TORCHELASTIC_RUN_ID") {
            return try isPod(variables) ? readKubernetes(variables) : readTorchrun(variables)
        }
        if variables.has("SLURM_PROCID") || variables.has("SLURM_LOCALID") { return try readSlurm(variables) }
        // Whoever wrote these does not expect a process that works by itself.
        for name in ["WORLD_SIZE", "PET_RDZV_ENDPOINT"] where variables.has(name) {
            throw variables.error(
                "RANK is missing, though \(name) is set. Start the program with torchrun, which sets RANK to the "
                    + "number of the process, or unset \(name)")
        }
        return nil
    }

    /// Whether torchrun started the process: Python Helios' `is_using_torchrun()`.
    public static var isUsingTorchrun: Bool { (try? read())?.launcher == .torchrun }
}
