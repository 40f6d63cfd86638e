#pragma once
// TensorProto to Value. Private: it names the generated classes.
#include <filesystem>

#include <onnx.pb.h>

#include <gradpath/autodiff/io/fault.hpp>
#include <gradpath/models/onnx/value.hpp>

namespace gradpath::models::onnx {

struct TensorReader {
    io::Fault fault;
    std::filesystem::path folder;  ///< of external data; empty: none allowed

    /// Throws IoError unless there are exactly as many numbers as the dims say.
    Value value(const ::onnx::TensorProto& tensor) const;

private:
    std::string external(const ::onnx::TensorProto& tensor) const;
};

}  // namespace gradpath::models::onnx
