/// What starts the processes of a job.
public enum Launcher: String, Sendable, CaseIterable {
    /// PyTorch's `torchrun`.
    case torchrun
    /// `srun` of SLURM.
    case slurm
    /// The PyTorch operator of Kubernetes, with one process in each pod.
    case kubernetes
    /// Rank 0, which started the others: ``World/join(processes:timeout:)`` with a number of processes.
    case helios
}
