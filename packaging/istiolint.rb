# Template of the Homebrew formula. For a release: copy it to the tap, set `url` and `sha256` to those of the sdist, and run
# `brew update-python-resources istiolint`, which adds the dependencies; then `brew test istiolint`.
class Istiolint < Formula
  include Language::Python::Virtualenv

  desc "Static analysis for Istio: finds configuration that will break"
  homepage "https://github.com/OWNER/istiolint"
  url "https://github.com/OWNER/istiolint/releases/download/v0.1.0/istiolint-0.1.0.tar.gz"
  sha256 "0000000000000000000000000000000000000000000000000000000000000000"
  license "Apache-2.0"

  depends_on "pybind11" => :build
  depends_on "rust" => :build
  depends_on "abseil"
  depends_on "cryptography" => :no_linkage
  depends_on "python@3.13"
  depends_on "re2"

  def install
    virtualenv_install_with_resources
    generate_completions_from_executable(bin/"istiolint", shell_parameter_format: :click)
  end

  test do
    (testpath/"route.yaml").write <<~YAML
      apiVersion: networking.istio.io/v1
      kind: VirtualService
      metadata: {name: cart}
      spec: {hosts: [cart], http: [{timout: 3s, route: [{destination: {host: cart}}]}]}
    YAML
    assert_match "unknown field `timout`", shell_output("#{bin}/istiolint route.yaml", 1)
  end
end
