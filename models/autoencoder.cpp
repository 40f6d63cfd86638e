// Two multilayer perceptrons, the second the first one's mirror image (Hinton & Salakhutdinov 2006, without
// pretraining).
#include <gradpath/models/autoencoder.hpp>

#include <gradpath/models/mlp.hpp>

namespace gradpath::models {

namespace {

struct AutoencoderNet {
    nn::Layer encoder, decoder;

    Tensor operator()(const Tensor& x) const { return nn::named("decoder", decoder, nn::named("encoder", encoder, x)); }
    static void visit(auto& self, auto&& f) {
        f("encoder", self.encoder);
        f("decoder", self.decoder);
    }
};

}  // namespace

nn::Layer autoencoder(const Autoencoder& options, const nn::Init& init) {
    const std::vector<Index> back(options.widths.rbegin(), options.widths.rend());
    nn::Init after = init;
    after.stream += options.widths.size();  // beyond those of the encoder's weights
    return AutoencoderNet{mlp({options.widths, options.activation}, init), mlp({back, options.activation}, after)};
}

}  // namespace gradpath::models
