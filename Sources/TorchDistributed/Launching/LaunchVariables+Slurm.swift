// The variables of SLURM. They say who the process is; where the processes meet follows from the list of machines and
// the number of the job, unless MASTER_ADDR and MASTER_PORT say it.

extension LaunchVariables {
    /// - Returns: `nil` for a process that is no task of `srun`: a batch script, the shell of `salloc`, or a single
    ///   task.
    static func readSlurm(_ variables: Variables) throws -> LaunchVariables? {
        let rank = try variables.number("SLURM_PROCID", "the number of the task among all")
        let localRank = try variables.number("SLURM_LOCALID", "the number of the task on its machine")
        // A batch script is task 0 by its variables, with SLURM_NTASKS of what it may start.
        let isStep = variables.has("SLURM_STEP_ID") || variables.has("SLURM_STEP_NUM_TASKS")
        if rank == 0, !isStep, variables.optionalText("ENVIRONMENT") == "BATCH" { return nil }

        // The shell of `salloc` is a step of one task, and SLURM_NTASKS may be of the whole job.
        let sizeName = variables.has("SLURM_STEP_NUM_TASKS") ? "SLURM_STEP_NUM_TASKS" : "SLURM_NTASKS"
        let size = try variables.size(sizeName, "the number of tasks")
        try variables.requireRank("SLURM_PROCID", rank, below: sizeName, size)
        // Scripts for PyTorch often set it.
        if let worldSize = try variables.optionalNumber("WORLD_SIZE", "the number of tasks", in: 1...Int(Int32.max)),
            worldSize != size
        {
            throw variables.error(
                "WORLD_SIZE is \(worldSize), but \(sizeName) is \(size). It should be the number of tasks, or unset"
            )
        }
        if size == 1 { return nil }
        let localSize = try readLocalSize(variables, size: size)
        try variables.requireRank("SLURM_LOCALID", localRank, below: localSize.name, localSize.count)
        return LaunchVariables(
            .slurm, RankInfo(rank: rank, size: size, localRank: localRank, localSize: localSize.count),
            address: try readAddress(variables), port: try readPort(variables))
    }

    /// The number of tasks on this machine, and the variable that says so.
    private static func readLocalSize(_ variables: Variables, size: Int) throws -> (count: Int, name: String) {
        for name in ["SLURM_STEP_TASKS_PER_NODE", "SLURM_TASKS_PER_NODE"] {
            guard let text = variables.optionalText(name) else { continue }
            guard let counts = expandCounts(text) else {
                throw variables.error(
                    "\(name) is '\(text)'. It should be the number of tasks on each machine, as in 2(x3),1")
            }
            // What follows is of the whole job if this task is in a smaller step.
            if name == "SLURM_STEP_TASKS_PER_NODE", counts.reduce(0, +) != size {
                throw variables.error(
                    "\(name) is '\(text)', but there are \(size) tasks. It should be their number on each machine"
                )
            }
            if Set(counts).count == 1 { return (counts[0], name) }
            let node = try variables.number("SLURM_NODEID", "the number of the machine", in: 0...(counts.count - 1))
            return (counts[node], name)
        }
        let name = "SLURM_NTASKS_PER_NODE"
        if variables.has(name) { return (try variables.size(name, "the number of tasks on each machine"), name) }
        throw variables.error("SLURM_TASKS_PER_NODE is missing. It should be the number of tasks on each machine")
    }

    /// As in `2(x3),1`: 2, 2, 2, 1.
    static func expandCounts(_ text: String) -> [Int]? {
        var counts: [Int] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let pieces = part.split(separator: "(x", maxSplits: 1, omittingEmptySubsequences: false)
            guard let count = pieces.first.flatMap({ Int($0) }), count > 0 else { return nil }
            var repetitions = 1
            if pieces.count == 2 {
                guard pieces[1].last == ")", let number = Int(pieces[1].dropLast()), (1...1_000_000).contains(number)
                else { return nil }
                repetitions = number
            }
            counts += Array(repeating: count, count: repetitions)
        }
        return counts
    }

    private static func readAddress(_ variables: Variables) throws -> String {
        if let address = variables.optionalText("MASTER_ADDR") { return address }
        for name in ["SLURM_STEP_NODELIST", "SLURM_JOB_NODELIST", "SLURM_NODELIST"] {
            guard let list = variables.optionalText(name) else { continue }
            guard let first = firstNode(list) else {
                throw variables.error("\(name) is '\(list)'. It should be a list of machines, as in node[01-04,07]")
            }
            return first
        }
        if let address = variables.optionalText("SLURM_LAUNCH_NODE_IPADDR") { return address }
        throw variables.error(
            "SLURM_JOB_NODELIST is missing. It should be the list of the job's machines; or set MASTER_ADDR to the "
                + "machine of rank 0")
    }

    /// As in `node[01-04,07],gpu3`: `node01`.
    static func firstNode(_ list: String) -> String? {
        var name = ""
        var rest = list[...]
        while let character = rest.popFirst(), character != "," {
            guard character == "[" else {
                name.append(character)
                continue
            }
            guard let end = rest.firstIndex(of: "]") else { return nil }
            let first = rest[..<end].prefix { $0 != "," && $0 != "-" }
            guard !first.isEmpty, first.allSatisfy(\.isNumber) else { return nil }
            name += first
            rest = rest[rest.index(after: end)...]
        }
        return name.isEmpty || name.contains("]") ? nil : name
    }

    /// A port that all tasks of a step derive, and other jobs and steps on the same machine most likely do not.
    private static func readPort(_ variables: Variables) throws -> Int {
        if variables.has("MASTER_PORT") { return try variables.port("MASTER_PORT") }
        let job = try variables.number(
            "SLURM_JOB_ID", "the number of the job, from which the port of the store follows; or set MASTER_PORT")
        let step = variables.optionalText("SLURM_STEP_ID").flatMap { Int($0) } ?? 0
        // Below the ports that Linux gives to connections.
        return 15_000 + (job % 17_000 + step % 17_000 * 127) % 17_000
    }
}
