import Helios

@main
struct Digits {
    static func main() {}
}
