// The variables of the PyTorch operator of Kubernetes: those of torchrun without the local ones, since there is one
// process in each pod, and others that begin with PET_, which are torchrun's options.

extension LaunchVariables {
    /// Whether the process is the one of a pod, and was not started by torchrun inside it.
    static func isPod(_ variables: Variables) -> Bool {
        let isKubernetes = variables.hasAny(beginningWith: "PET_") || variables.has("KUBERNETES_SERVICE_HOST")
        return isKubernetes && !variables.has("LOCAL_RANK") && !variables.has("TORCHELASTIC_RUN_ID")
    }

    static func readKubernetes(_ variables: Variables) throws -> LaunchVariables {
        let size = try variables.size("WORLD_SIZE", "the number of pods")
        let rank = try variables.number("RANK", "the number of the pod")
        try variables.requireRank("RANK", rank, below: "WORLD_SIZE", size)
        if let text = variables.optionalText("PET_NPROC_PER_NODE"), let count = Int(text), count > 1 {
            throw variables.error(
                "LOCAL_RANK is missing, though PET_NPROC_PER_NODE is \(count). Start the program with torchrun in each "
                    + "pod, which sets LOCAL_RANK, or set nprocPerNode to 1")
        }
        // For elastic jobs it is a range, as in 1:4.
        if let text = variables.optionalText("PET_NNODES"), let count = Int(text), count != size {
            throw variables.error(
                "WORLD_SIZE is \(size), but PET_NNODES is \(count). WORLD_SIZE should be the number of pods, \(count)")
        }
        if let text = variables.optionalText("PET_NODE_RANK"), text != String(rank) {
            throw variables.error("RANK is \(rank), but PET_NODE_RANK is \(text). Both should be the number of the pod")
        }
        return LaunchVariables(
            .kubernetes, RankInfo(rank: rank, size: size, localRank: 0, localSize: 1),
            address: try variables.text("MASTER_ADDR", "the name of the pod with rank 0"),
            port: try variables.port("MASTER_PORT"))
    }
}
