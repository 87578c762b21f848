/// What a new package trains.
enum PackageTemplate: String, CaseIterable {
    case classifier
    case gan
    case languageModel = "language-model"

    static var names: String { allCases.map(\.rawValue).joined(separator: ", ") }

    var title: String {
        switch self {
        case .classifier: "classifier"
        case .gan: "GAN"
        case .languageModel: "language model"
        }
    }

    /// What the README says first.
    var purpose: String {
        switch self {
        case .classifier: "Trains a network that tells two spirals of points apart."
        case .gan: "Trains a generator of points on a ring against a discriminator."
        case .languageModel: "Trains a small transformer that writes sums, character by character."
        }
    }

    /// The texts of the template: the program, the model, the data, the configuration, the test.
    var texts: (program: [UInt8], model: [UInt8], data: [UInt8], configuration: [UInt8], test: [UInt8]) {
        switch self {
        case .classifier:
            (
                PackageResources.classifier_program_txt, PackageResources.classifier_model_txt,
                PackageResources.classifier_data_txt, PackageResources.classifier_config_txt,
                PackageResources.classifier_test_txt
            )
        case .gan:
            (
                PackageResources.gan_program_txt, PackageResources.gan_model_txt, PackageResources.gan_data_txt,
                PackageResources.gan_config_txt, PackageResources.gan_test_txt
            )
        case .languageModel:
            (
                PackageResources.language_model_program_txt, PackageResources.language_model_model_txt,
                PackageResources.language_model_data_txt, PackageResources.language_model_config_txt,
                PackageResources.language_model_test_txt
            )
        }
    }
}
