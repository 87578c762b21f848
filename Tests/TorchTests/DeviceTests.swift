import Testing
import Torch

@Suite struct DeviceTests {
    @Test("a device is read from PyTorch's words, and written in them")
    func texts() throws {
        #expect(try Device("cpu") == .cpu)
        #expect(try Device("cuda") == .cuda)
        #expect(try Device("cuda:0") == .cuda(0))
        #expect(try Device("cuda:7") == .cuda(7))
        #expect(try Device("cpu:0") == .cpu && Device("meta:0") == .meta)
        for device in [Device.cpu, .cuda, .cuda(3), .meta] {
            #expect(try Device(device.description) == device)
        }
    }

    @Test(
        "any other text is an error that quotes it",
        arguments: [
            "", "gpu", "CUDA", "cuda:", "cuda:x", "cuda:-1", "cuda:+1", "cuda:1:2", "cuda:128", "cpu:1", " cpu",
            "cuda:٣",
        ])
    func otherTexts(_ text: String) {
        let error = #expect(throws: TorchError.self) { try Device(text) }
        #expect(error?.message.contains("'\(text)'") == true)
    }

    @Test("a device that is not there says so in time")
    func availability() throws {
        #expect(Device.cpu.isAvailable)
        try Device.cpu.ensureAvailable()
        #expect(!Device.cuda(-1).isAvailable)
        #expect(!Device.cuda(99).isAvailable)
        guard !CUDA.isAvailable else { return }
        #expect(CUDA.deviceCount == 0)
        #expect(!Device.cuda.isAvailable)
        let error = #expect(throws: TorchError.self) { try Device.cuda.ensureAvailable() }
        #expect(error?.description == "CUDA is not available: this libtorch finds no CUDA device")
    }

    @Test("a tensor without memory has a shape and a type, and no elements to read")
    func meta() throws {
        let x = try Tensor.empty([1 << 40, 3], dtype: .bfloat16, device: .meta)
        #expect(x.device == .meta && x.shape == [1 << 40, 3] && x.dtype == .bfloat16)
        #expect(x.description == "tensor(..., device='meta', size=(1099511627776, 3), dtype=torch.bfloat16)")
        #expect(throws: TorchError.self) { try x.to(.cpu) }
    }

    @Test("moving a tensor to its own device does not copy it")
    func sameDevice() throws {
        let x = try Tensor.zeros(2)
        #expect(try x.to(.cpu).isSame(as: x))
    }
}
