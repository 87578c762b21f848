// The variables of torchrun, and those that Helios sets for the processes that it starts, which are the same.

extension LaunchVariables {
    static func readTorchrun(_ variables: Variables) throws -> LaunchVariables {
        let info = try readRanks(variables)
        var usesAgentStore = false
        if let text = variables.optionalText("TORCHELASTIC_USE_AGENT_STORE") {
            guard ["true", "false"].contains(text.lowercased()) else {
                throw variables.error(
                    "TORCHELASTIC_USE_AGENT_STORE is '\(text)'. It should be True if torchrun has the store, or False"
                )
            }
            usesAgentStore = text.lowercased() == "true"
        }
        var restartCount = 0
        if usesAgentStore || variables.has("TORCHELASTIC_RESTART_COUNT") {
            let meaning = "how often torchrun has started the processes again"
            restartCount = try variables.number("TORCHELASTIC_RESTART_COUNT", meaning)
            let most = try variables.optionalNumber(
                "TORCHELASTIC_MAX_RESTARTS", "how often torchrun may start the processes again", in: 0...Int(Int32.max))
            if let most, restartCount > most {
                throw variables.error(
                    "TORCHELASTIC_RESTART_COUNT is \(restartCount), but TORCHELASTIC_MAX_RESTARTS is \(most). It "
                        + "should be \(meaning), at most \(most)")
            }
        }
        return LaunchVariables(
            .torchrun, info, address: try variables.text("MASTER_ADDR", "the address of the machine of rank 0"),
            port: try variables.port("MASTER_PORT"), restartCount: restartCount, usesAgentStore: usesAgentStore)
    }

    static func readHelios(_ variables: Variables) throws -> LaunchVariables {
        let parent = try variables.number("HELIOS_LAUNCHER", "the number of the process that started this one")
        return LaunchVariables(
            .helios, try readRanks(variables),
            address: try variables.text("MASTER_ADDR", "the address of the machine of rank 0"),
            port: try variables.port("MASTER_PORT"), parent: Int32(parent))
    }

    private static func readRanks(_ variables: Variables) throws -> RankInfo {
        let size = try variables.size("WORLD_SIZE", "the number of processes")
        let rank = try variables.number("RANK", "the number of the process among all")
        let localSize = try variables.size("LOCAL_WORLD_SIZE", "the number of processes on this machine")
        let localRank = try variables.number("LOCAL_RANK", "the number of the process on this machine")
        try variables.requireRank("RANK", rank, below: "WORLD_SIZE", size)
        try variables.requireRank("LOCAL_RANK", localRank, below: "LOCAL_WORLD_SIZE", localSize)
        guard localSize <= size else {
            throw variables.error(
                "LOCAL_WORLD_SIZE is \(localSize), but WORLD_SIZE is \(size). It should be the number of processes on "
                    + "this machine, at most \(size)")
        }
        // The ranks of a machine follow one another.
        guard localRank <= rank, rank - localRank + localSize <= size else {
            throw variables.error(
                "LOCAL_RANK is \(localRank) of LOCAL_WORLD_SIZE \(localSize), which does not fit RANK \(rank) of "
                    + "WORLD_SIZE \(size). It should be the number of the process on this machine")
        }
        return RankInfo(rank: rank, size: size, localRank: localRank, localSize: localSize)
    }
}
